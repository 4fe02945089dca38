import { showId } from '#src/core/ids'
import { formatYuan, type Money } from '#src/core/money'
import { formatDateTime, type Instant } from '#src/core/time'
import { CopyButton } from '../components/copy'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { formatCount } from '../components/figures'
import { CsrfField, Field, SubmitButton } from '../components/form'
import { Icon } from '../components/icon'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { MoneyTabs } from './money-tabs'

type Head = { seq: bigint; hash: string; balance: Money; at: Instant | null }
type Fault = { seq: bigint; kind: 'seq' | 'link' | 'hash' | 'balance' | 'sum' | 'head' | 'kept' }

export type LedgerProps = {
  now: Instant
  operatorId: string
  head: Head
  /** What the last press of the button found; null before it. */
  result: { first: bigint; last: bigint; next: bigint | null; faults: readonly Fault[]; seconds: number; keptSeq: bigint | null } | null
  /** What was typed as a head of an earlier day, and what is wrong with it. */
  kept: { value: string; error: string | null }
}

/** `/operator/ledger`: an operator's own chain of rows, computed again here or anywhere else. */
export function LedgerPage(props: LedgerProps) {
  const t = useText()
  const { head, result, now } = props
  return (
    <Layout title={t('ledger.title')} note={t('common.asOf', { time: formatDateTime(now) })}>
      <MoneyTabs current="ledger" />
      {head.seq === 0n ? (
        <section class="panel">
          <EmptyState icon="shield-check" title={t('ledger.empty')} next={t('ledger.emptyNext')} />
        </section>
      ) : (
        <>
          {result && <Result {...props} result={result} />}
          <div class="columns even">
            <HeadPanel head={head} />
            <CheckPanel {...props} />
          </div>
          <Elsewhere operatorId={props.operatorId} />
        </>
      )}
    </Layout>
  )
}

function Result({ result, head, now }: LedgerProps & { result: NonNullable<LedgerProps['result']> }) {
  const t = useText()
  const { first, last, next, faults, seconds, keptSeq } = result
  if (faults.length > 0) return <Faults faults={faults} />
  return (
    <Notice tone="ok" title={next === null ? t('ledger.ok') : t('ledger.ok.part', { last: String(last) })} focus>
      <p>
        {t('ledger.ok.text', { first: formatSeq(first), last: formatSeq(last), seconds: seconds.toFixed(2), time: formatDateTime(now) })}
        {next === null && ` ${t('ledger.ok.head', { balance: formatYuan(head.balance) })}`}
      </p>
      {keptSeq !== null && <p>{t('ledger.kept.ok', { seq: formatSeq(keptSeq) })}</p>}
      {next !== null && (
        <form method="post" action="/operator/ledger" data-once>
          <CsrfField />
          <input type="hidden" name="from" value={String(next)} />
          <SubmitButton>{t('ledger.check.continue', { seq: formatSeq(next) })}</SubmitButton>
        </form>
      )}
    </Notice>
  )
}

const formatSeq = (seq: bigint): string => formatCount(Number(seq))

function Faults({ faults }: { faults: readonly Fault[] }) {
  const t = useText()
  return (
    <>
      <Notice tone="bad" title={t('ledger.bad', { count: faults.length })} focus>
        <p>{t('ledger.bad.next')}</p>
      </Notice>
      <section class="panel">
        <DataTable
          compact
          caption={t('ledger.bad.caption')}
          rows={faults}
          rowKey={({ seq, kind }) => `${seq} ${kind}`}
          empty={null}
          columns={[
            { head: t('ledger.bad.row'), cell: ({ seq }) => formatSeq(seq), number: true },
            { head: t('ledger.bad.what'), cell: ({ kind }) => t(`ledger.finding.${kind}`), wide: true },
          ]}
        />
      </section>
    </>
  )
}

function HeadPanel({ head }: { head: Head }) {
  const t = useText()
  return (
    <Panel id="head" title={t('ledger.head')}>
      <Facts
        rows={[
          { label: t('ledger.rows'), value: formatSeq(head.seq) },
          { label: t('ledger.balance'), value: <Yuan of={head.balance} /> },
          ...(head.at ? [{ label: t('ledger.asOf'), value: <Moment at={head.at} seconds /> }] : []),
        ]}
      />
      <div class="secret">
        <span class="secret-label">{t('ledger.hash')}</span>
        <code class="secret-value">
          {String(head.seq)} {head.hash}
        </code>
        <CopyButton value={`${head.seq} ${head.hash}`} words />
      </div>
      <p class="muted small">{t('ledger.head.note')}</p>
    </Panel>
  )
}

function CheckPanel({ head, kept }: LedgerProps) {
  const t = useText()
  return (
    <Panel id="check" title={t('ledger.check')}>
      <p>{t('ledger.check.why')}</p>
      <form method="post" action="/operator/ledger" class="form" data-once>
        <CsrfField />
        <Field
          name="kept"
          label={t('ledger.kept')}
          hint={t('ledger.kept.hint')}
          value={kept.value}
          error={kept.error ?? undefined}
          optional
          autocomplete="off"
          maxLength={100}
        />
        <div class="form-actions">
          <SubmitButton>{t('ledger.check.go', { count: formatSeq(head.seq) })}</SubmitButton>
        </div>
      </form>
    </Panel>
  )
}

/** In the order in which they go into the hash. */
const FIELDS =
  'prev_hash operator_id seq transaction_id type debit_account credit_account amount_fen balance_before_fen balance_after_fen usage_id order_id refund_id corrects_id created_at description'

function Elsewhere({ operatorId }: { operatorId: string }) {
  const t = useText()
  const command = `node check-ledger.mjs ledger_${showId('operator', operatorId)}.jsonl`
  return (
    <Panel id="elsewhere" title={t('ledger.download')}>
      <p>{t('ledger.download.why')}</p>
      <p class="form-actions">
        <a class="button" href="/operator/ledger/chain.jsonl">
          <Icon name="download" />
          {t('ledger.download.chain')}
        </a>
        <a class="button" href="/operator/ledger/check-ledger.mjs">
          <Icon name="download" />
          {t('ledger.download.checker')}
        </a>
      </p>
      <ol class="recipe">
        <li>
          {t('ledger.recipe.run')}
          <code class="secret-value">{command}</code>
        </li>
        <li>{t('ledger.recipe.result')}</li>
        <li>
          {t('ledger.recipe.own')} <code>{FIELDS}</code> {t('ledger.recipe.rules')}
        </li>
      </ol>
    </Panel>
  )
}
