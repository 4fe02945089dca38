import { minus } from '#src/core/money'
import { DataTable } from '../components/data-table'
import { Facts } from '../components/facts'
import { CsrfField } from '../components/form'
import { Icon } from '../components/icon'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { type BillDayView, DifferencesTable, type DifferenceView, dayPath, Fee, Gap, RECONCILIATION_PATH } from './reconciliation-parts'

export type BillDayProps = { bill: BillDayView; differences: readonly DifferenceView[]; mayResolve: boolean; message: string | null }

/** `/finance/reconciliation/days/:channel/:day`: one bill, both sides of it, and what they disagree on. */
export function BillDayPage({ bill, differences, mayResolve, message }: BillDayProps) {
  const t = useText()
  const name = `${bill.billDate} ${t(`ledger.channel.${bill.channel}`)}`
  return (
    <Layout
      title={name}
      trail={[{ href: RECONCILIATION_PATH, label: t('reconcile.title') }]}
      action={mayResolve ? <MatchButton bill={bill} /> : undefined}
    >
      {message && <Notice tone="bad" title={message} focus />}
      <div class="columns even">
        <Panel id="summary" title={t('reconcile.daySummary')} note={<StatusBadge noun="bill" state={bill.state} />}>
          <Sides bill={bill} />
        </Panel>
        <Panel id="file" title={t('reconcile.file')}>
          <FileFacts bill={bill} />
        </Panel>
      </div>
      <Panel id="differences" title={t('reconcile.differences')}>
        <DifferencesTable
          rows={[...differences]}
          caption={t('reconcile.differences.of', { day: name })}
          isFiltered={false}
          withDay={false}
        />
      </Panel>
    </Layout>
  )
}

function MatchButton({ bill }: { bill: BillDayView }) {
  const t = useText()
  return (
    <form method="post" action={`${dayPath(bill)}/match`} data-once>
      <CsrfField />
      <button type="submit" class="button primary" data-sending={t('form.sending')}>
        {t(bill.state === 'waiting' ? 'reconcile.fetch' : 'reconcile.match')}
      </button>
    </form>
  )
}

function Sides({ bill }: { bill: BillDayView }) {
  const t = useText()
  const rows = [
    { name: t('reconcile.payments'), ours: bill.ourPayment, billed: bill.payment },
    { name: t('reconcile.refunds'), ours: bill.ourRefund, billed: bill.refund },
    { name: t('reconcile.net'), ours: minus(bill.ourPayment, bill.ourRefund), billed: minus(bill.payment, bill.refund) },
  ]
  return (
    <>
      <DataTable
        caption={t('reconcile.daySummary')}
        compact
        rows={rows}
        rowKey={(row) => row.name}
        empty={null}
        columns={[
          { head: t('reconcile.kind'), cell: (row) => row.name },
          { head: t('reconcile.side.ours'), cell: (row) => <Yuan of={row.ours} />, number: true },
          { head: t('reconcile.side.bill'), cell: (row) => <Yuan of={row.billed} />, number: true },
          { head: t('reconcile.gap'), cell: (row) => <Gap ours={row.ours} billed={row.billed} />, number: true },
        ]}
      />
      <Facts
        rows={[
          { label: t('reconcile.fee'), value: <Fee of={bill.feeMillifen} /> },
          { label: t('reconcile.settled'), value: <Yuan of={bill.settled} /> },
        ]}
      />
    </>
  )
}

function FileFacts({ bill }: { bill: BillDayView }) {
  const t = useText()
  const digest = bill.fileSha256 && [...bill.fileSha256].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return (
    <Facts
      rows={[
        {
          label: t('reconcile.file'),
          value: bill.fileName ? (
            <a href={`${dayPath(bill)}/file`}>
              <Icon name="download" /> {t('reconcile.file.download')} <span class="cell-more">{bill.fileName}</span>
            </a>
          ) : (
            t('reconcile.file.none')
          ),
        },
        ...(digest ? [{ label: t('reconcile.file.digest'), value: <code title={digest}>{digest.slice(0, 16)}…</code> }] : []),
        ...(bill.importedAt ? [{ label: t('reconcile.bill.imported'), value: <Moment at={bill.importedAt} /> }] : []),
        ...(bill.closedAt ? [{ label: t('reconcile.bill.closed'), value: <Moment at={bill.closedAt} /> }] : []),
        ...(bill.attempts > 0 ? [{ label: t('reconcile.answer'), value: <LastAnswer bill={bill} /> }] : []),
      ]}
    />
  )
}

function LastAnswer({ bill }: { bill: BillDayView }) {
  const t = useText()
  return (
    <>
      {bill.lastAnswer ?? '–'} <span class="cell-more">{t('reconcile.attempts', { count: bill.attempts })}</span>
    </>
  )
}
