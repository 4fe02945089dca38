import { formatDateTime, type Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { formatCount } from '../components/figures'
import { CsrfField, ErrorSummary, TextArea } from '../components/form'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { anomalyPath, Cause, type LockedView } from './anomalies'
import { operatorPath } from './api-keys'

type EvidenceView = {
  from: Instant
  to: Instant
  codes: readonly { code: string; count: number }[]
  addresses: readonly { ip: string; calls: number; refused: number; keys: number; operators: number; firstAt: Instant; lastAt: Instant }[]
  keys: readonly { digest: string; operatorName: string | null; calls: number; refused: number }[]
}

export type AnomalyProps = {
  account: LockedView
  evidence: EvidenceView
  mayUnlock: boolean
  values: { reason: string }
  errors: { reason?: string }
  message: string | null
}

/** `/admin/anomalies/:operator_id`: what a locked account was locked for, beside its unlocking. */
export function AnomalyPage(props: AnomalyProps) {
  const t = useText()
  const { account, evidence, message } = props
  return (
    <Layout title={t('anomalies.case', { name: account.name })} trail={[{ href: '/admin/anomalies', label: t('anomalies.title') }]}>
      {message !== null && (
        <Notice tone="bad" title={t('anomalies.unlock.refused')} focus>
          <p>{message}</p>
        </Notice>
      )}
      <div class="columns even">
        <div class="stack">
          <Lock account={account} evidence={evidence} />
          <Codes rows={evidence.codes} />
        </div>
        {props.mayUnlock && <Unlock {...props} />}
      </div>
      <Addresses rows={evidence.addresses} />
      <Keys rows={evidence.keys} />
    </Layout>
  )
}

function Lock({ account, evidence }: Pick<AnomalyProps, 'account' | 'evidence'>) {
  const t = useText()
  return (
    <Panel id="lock" title={t('anomalies.facts')}>
      <Facts
        rows={[
          {
            label: t('anomalies.operator'),
            value: (
              <a href={operatorPath(account.id)}>
                <Name of={account.name} />
              </a>
            ),
          },
          { label: t('anomalies.cause'), value: <Cause of={account} /> },
          { label: t('anomalies.reason'), value: <bdi class="prose">{account.lockedReason ?? '–'}</bdi> },
          { label: t('anomalies.ip'), value: account.ip === null ? '–' : <code>{account.ip}</code> },
          { label: t('anomalies.lockedAt'), value: <Moment at={account.lockedAt} seconds /> },
          {
            label: t('anomalies.window'),
            value: t('anomalies.between', { from: formatDateTime(evidence.from), to: formatDateTime(evidence.to) }),
          },
        ]}
      />
    </Panel>
  )
}

function Codes({ rows }: { rows: EvidenceView['codes'] }) {
  const t = useText()
  return (
    <Panel id="codes" title={t('anomalies.codes')}>
      <DataTable
        compact
        caption={t('anomalies.codes')}
        rows={rows}
        rowKey={(row) => row.code}
        empty={<EmptyState icon="search" title={t('anomalies.codes.empty')} next={t('anomalies.codes.emptyNext')} />}
        columns={[
          { head: t('anomalies.code'), cell: (row) => <code>{row.code}</code>, wide: true },
          { head: t('anomalies.count'), cell: (row) => formatCount(row.count), number: true },
        ]}
      />
    </Panel>
  )
}

function Unlock({ account, values, errors }: AnomalyProps) {
  const t = useText()
  const wrong = errors.reason === undefined ? [] : [{ name: 'reason', label: t('anomalies.unlock.reason'), message: errors.reason }]
  return (
    <Panel id="unlock" title={t('anomalies.unlock')}>
      <form method="post" action={`${anomalyPath(account.id)}/unlock`} class="form" data-once noValidate>
        <CsrfField />
        <ErrorSummary errors={wrong} />
        <p>{t('anomalies.unlock.what')}</p>
        <TextArea
          name="reason"
          label={t('anomalies.unlock.reason')}
          hint={t('anomalies.unlock.hint')}
          value={values.reason}
          error={errors.reason}
          maxLength={200}
        />
        <div class="form-actions">
          <button type="submit" class="button danger" data-sending={t('form.sending')}>
            {t('anomalies.unlock.verb', { name: account.name })}
          </button>
          <a class="button" href={operatorPath(account.id)}>
            {t('anomalies.account')}
          </a>
        </div>
      </form>
    </Panel>
  )
}

function Addresses({ rows }: { rows: EvidenceView['addresses'] }) {
  const t = useText()
  return (
    <Panel id="addresses" title={t('anomalies.addresses')}>
      <DataTable
        caption={t('anomalies.addresses')}
        rows={rows}
        rowKey={(row) => row.ip}
        empty={<EmptyState icon="search" title={t('anomalies.addresses.empty')} next={t('anomalies.codes.emptyNext')} />}
        columns={[
          { head: t('anomalies.ip'), cell: (row) => <code>{row.ip}</code> },
          { head: t('anomalies.calls'), cell: (row) => formatCount(row.calls), number: true },
          { head: t('anomalies.refused'), cell: (row) => formatCount(row.refused), number: true },
          { head: t('anomalies.keyCount'), cell: (row) => formatCount(row.keys), number: true },
          { head: t('anomalies.operators'), cell: (row) => formatCount(row.operators), number: true },
          { head: t('anomalies.firstAt'), cell: (row) => <Moment at={row.firstAt} seconds /> },
          { head: t('anomalies.lastAt'), cell: (row) => <Moment at={row.lastAt} seconds /> },
        ]}
      />
    </Panel>
  )
}

function Keys({ rows }: { rows: EvidenceView['keys'] }) {
  const t = useText()
  return (
    <Panel id="keys" title={t('anomalies.keys')} note={t('anomalies.keys.note')}>
      <DataTable
        caption={t('anomalies.keys')}
        rows={rows}
        rowKey={(row) => row.digest}
        empty={<EmptyState icon="key-round" title={t('anomalies.addresses.empty')} next={t('anomalies.codes.emptyNext')} />}
        columns={[
          { head: t('anomalies.digest'), cell: (row) => <code>{row.digest}…</code> },
          {
            head: t('anomalies.owner'),
            cell: (row) => (row.operatorName === null ? t('anomalies.nobody') : <Name of={row.operatorName} />),
            wide: true,
          },
          { head: t('anomalies.calls'), cell: (row) => formatCount(row.calls), number: true },
          { head: t('anomalies.refused'), cell: (row) => formatCount(row.refused), number: true },
        ]}
      />
    </Panel>
  )
}
