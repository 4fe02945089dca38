import { formatMinute, type Instant } from '#src/core/time'
import { useAddress, useAsked } from '../components/address'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { formatCount } from '../components/figures'
import { FilterCheck, Filters } from '../components/filters'
import { Moment } from '../components/moment'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { LedgerChecks, type LedgerStateView } from './ledger-checks'
import { type CheckJob, RunCheck } from './run-check'

type SchemaFindingView = {
  part: 'migration' | 'object' | 'probe' | 'data'
  kind: 'missing' | 'changed' | 'extra' | 'failed'
  name: string
  expected?: string
  found?: string
}

export type CheckSummaryView = {
  id: string
  cause: 'job' | 'command'
  status: 'sound' | 'drift'
  release: string
  migration: string | null
  objects: number
  probes: number
  count: number
  startedAt: Instant
  finishedAt: Instant
}

export type SchemaCheckView = Omit<CheckSummaryView, 'count'> & { findings: readonly SchemaFindingView[] }

export type SchemaChecksProps = {
  /** The check whose findings are shown; null before the first. */
  check: SchemaCheckView | null
  isLatest: boolean
  ledger: LedgerStateView
  history: readonly CheckSummaryView[]
  /** Where the checks before these begin; null when there are none. */
  older: string | null
  filter: { drift: boolean }
  /** Jobs that wait or run. */
  underWay: readonly CheckJob[]
  message: string | null
}

/** `/admin/schema-checks`: whether the database is what the release expects, whether the books hold, and both again at once. */
export function SchemaChecksPage(props: SchemaChecksProps) {
  const t = useText()
  const { check, isLatest, ledger, underWay, message } = props
  return (
    <Layout title={t('checks.title')} note={t('checks.note')}>
      {message !== null && (
        <Notice tone="bad" title={t('checks.refused')} focus>
          <p>{message}</p>
        </Notice>
      )}
      <div id="checks" class="stack">
        <SchemaPanel check={check} isLatest={isLatest} isUnderWay={underWay.includes('schema-verify')} />
        {check && check.findings.length > 0 && <Findings check={check} />}
        <LedgerChecks ledger={ledger} isUnderWay={underWay.includes('ledger-audit')} />
        <History {...props} />
        {underWay.length > 0 && (
          <p hx-get="/admin/schema-checks" hx-trigger="every 2s" hx-target="#checks" hx-select="#checks" hx-swap="outerMorph">
            <a href="/admin/schema-checks">{t('checks.refresh')}</a>
          </p>
        )}
      </div>
    </Layout>
  )
}

function SchemaPanel({ check, isLatest, isUnderWay }: { check: SchemaCheckView | null; isLatest: boolean; isUnderWay: boolean }) {
  const t = useText()
  return (
    <Panel id="schema" title={t('checks.schema')} note={<StatusBadge noun="check" state={check?.status ?? 'never'} />}>
      {check && !isLatest && (
        <p>
          {t('checks.schema.older', { time: formatMinute(check.startedAt) })} <a href="/admin/schema-checks">{t('checks.schema.latest')}</a>
        </p>
      )}
      {check === null ? (
        <p>{t('checks.schema.never')}</p>
      ) : (
        <Facts
          wide
          rows={[
            { label: t('checks.at'), value: <Moment at={check.startedAt} seconds /> },
            { label: t('checks.findings'), value: formatCount(check.findings.length) },
            { label: t('checks.objects'), value: formatCount(check.objects) },
            { label: t('checks.probes'), value: formatCount(check.probes) },
            { label: t('checks.took'), value: took(check) },
            { label: t('checks.release'), value: <code>{check.release}</code> },
            { label: t('checks.migration'), value: <code>{check.migration?.slice(0, 4) ?? '–'}</code> },
          ]}
        />
      )}
      <p class="muted">{t('checks.schema.what')}</p>
      <RunCheck job="schema-verify" verb={t('checks.schema.verb')} isUnderWay={isUnderWay} />
    </Panel>
  )
}

const took = ({ startedAt, finishedAt }: Pick<CheckSummaryView, 'startedAt' | 'finishedAt'>): string =>
  `${((finishedAt.getTime() - startedAt.getTime()) / 1000).toFixed(1)} s`

function Findings({ check }: { check: SchemaCheckView }) {
  const t = useText()
  /** What a probe expects is one of two words; everything else is the database's own. */
  const said = (text: string | undefined) =>
    text === undefined ? (
      '–'
    ) : text === 'accepted' ? (
      t('checks.accepted')
    ) : text === 'refused' ? (
      t('checks.refusedWord')
    ) : (
      <code class="wrap">{text}</code>
    )
  return (
    <Panel id="findings" title={t('checks.findings.list')} note={t('checks.findings.act')}>
      <DataTable
        caption={t('checks.findings.list')}
        rows={check.findings}
        rowKey={(row) => `${row.part} ${row.kind} ${row.name}`}
        empty={<EmptyState icon="shield-check" title={t('checks.findings.none')} next={t('checks.findings.noneNext')} />}
        columns={[
          { head: t('checks.part'), cell: (row) => t(`checks.part.${row.part}`) },
          { head: t('checks.kind'), cell: (row) => t(`checks.kind.${row.kind}`) },
          { head: t('checks.name'), cell: (row) => <code class="wrap">{row.name}</code>, wide: true },
          { head: t('checks.expected'), cell: (row) => said(row.expected), wide: true },
          { head: t('checks.found'), cell: (row) => said(row.found), wide: true },
        ]}
      />
    </Panel>
  )
}

function History({ history, older, filter }: SchemaChecksProps) {
  const t = useText()
  const address = useAddress()
  const asked = useAsked()
  return (
    <Panel id="history" title={t('checks.history')} note={t('checks.history.note')}>
      <Filters action="/admin/schema-checks" chips={filter.drift ? [{ label: t('checks.filter.drift'), clear: ['drift'] }] : []}>
        <FilterCheck name="drift" label={t('checks.filter.drift')} checked={filter.drift} />
      </Filters>
      <DataTable
        caption={t('checks.history')}
        rows={history}
        rowKey={(row) => row.id}
        empty={<EmptyState icon="history" title={t('checks.history.empty')} next={t('checks.history.emptyNext')} />}
        columns={[
          {
            head: t('checks.at'),
            cell: (row) => (
              <a href={`${address({ check: row.id })}#schema`}>
                <Moment at={row.startedAt} seconds />
              </a>
            ),
          },
          { head: t('checks.state'), cell: (row) => <StatusBadge noun="check" state={row.status} /> },
          { head: t('checks.findings'), cell: (row) => formatCount(row.count), number: true },
          { head: t('checks.took'), cell: (row) => took(row), number: true },
          { head: t('checks.release'), cell: (row) => <code>{row.release}</code> },
          { head: t('checks.migration'), cell: (row) => <code>{row.migration ?? '–'}</code> },
          { head: t('checks.cause'), cell: (row) => t(`checks.cause.${row.cause}`) },
        ]}
      />
      <p class="pager-steps">
        {asked('older') !== undefined && <a href={`${address({ older: null })}#history`}>{t('checks.newest')}</a>}
        {older && (
          <a class="button" href={`${address({ older })}#history`} rel="next">
            {t('checks.older')}
          </a>
        )}
      </p>
    </Panel>
  )
}
