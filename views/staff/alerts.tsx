import type { Slice } from '#src/core/keyset'
import { isPlainKey, keysUnder } from '#src/core/text'
import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { formatCount } from '../components/figures'
import { FilterSelect, Filters } from '../components/filters'
import { CsrfField, ErrorSummary, SubmitButton, TextArea } from '../components/form'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { alertSource } from './alert-source'
import { useConsole, useFieldName } from './audit-words'

export type AlertView = {
  id: string
  kind: string
  subject: string
  audience: 'admin' | 'finance' | 'operations'
  details: Record<string, string>
  occurrences: number
  firstAt: Instant
  lastAt: Instant
  closedAt: Instant | null
  closedByName: string | null
  note: string | null
}

const STATES = ['open', 'settled', 'all'] as const
export type AlertsProps = { alerts: Slice<AlertView>; state: (typeof STATES)[number]; kind: string }

/** What an alert is about, in words; a kind that this release does not know keeps its code. */
function useKindName(): (kind: string) => string {
  const t = useText()
  return (kind) => {
    const key = `alerts.kind.${kind}`
    return isPlainKey(key) ? t(key) : kind
  }
}

/** `/admin/alerts`, `/finance/alerts`: what needs somebody. */
export function AlertsPage({ alerts, state, kind }: AlertsProps) {
  const t = useText()
  const at = useConsole()
  const name = useKindName()
  const kinds = keysUnder('alerts.kind.').filter((key) => key !== 'alerts.kind.all')
  return (
    <Layout title={t('alerts.title')} note={t('alerts.note')}>
      <Filters
        action={`${at}/alerts`}
        chips={[
          ...(state === 'open' ? [] : [{ label: t(`alerts.state.${state}`), clear: ['state'] }]),
          ...(kind === '' ? [] : [{ label: name(kind), clear: ['kind'] }]),
        ]}
      >
        <FilterSelect
          name="state"
          label={t('alerts.state')}
          value={state}
          options={STATES.map((value) => ({ value, label: t(`alerts.state.${value}`) }))}
        />
        <FilterSelect
          name="kind"
          label={t('alerts.kind')}
          value={kind}
          options={[
            { value: '', label: t('alerts.kind.all') },
            ...kinds.map((key) => ({ value: key.slice('alerts.kind.'.length), label: t(key) })),
          ]}
        />
      </Filters>
      <section class="panel" aria-label={t('alerts.title')}>
        <DataTable
          caption={t('alerts.title')}
          rows={alerts.rows}
          rowKey={(row) => row.id}
          empty={
            state === 'open' && kind === '' ? (
              <EmptyState icon="circle-check" title={t('alerts.empty')} next={t('alerts.emptyNext')} />
            ) : (
              <EmptyState icon="search" title={t('alerts.none')} next={t('alerts.noneNext')} />
            )
          }
          columns={[
            {
              head: t('alerts.kind'),
              cell: (row) => (
                <>
                  <a href={alertPath(at, row.id)}>{name(row.kind)}</a>
                  <span class="cell-more">
                    <Name of={detailsLine(row.details)} />
                  </span>
                </>
              ),
              wide: true,
            },
            { head: t('alerts.audience'), cell: (row) => t(`alerts.for.${row.audience}`) },
            { head: t('alerts.state'), cell: (row) => <StatusBadge noun="alert" state={row.closedAt ? 'settled' : 'open'} /> },
            { head: t('alerts.count'), cell: (row) => formatCount(row.occurrences), number: true },
            { head: t('alerts.first'), cell: (row) => <Moment at={row.firstAt} /> },
            { head: t('alerts.last'), cell: (row) => <Moment at={row.lastAt} /> },
          ]}
        />
        <Pager of={alerts} />
      </section>
    </Layout>
  )
}

const detailsLine = (details: Record<string, string>): string => Object.values(details).map(String).join(' · ').slice(0, 200)

export const alertPath = (at: string, id: string): string => `${at}/alerts/${id}`

export type AlertProps = {
  alert: AlertView
  maySettle: boolean
  values: { reason: string }
  errors: { reason?: string }
  message: string | null
}

/** `/admin/alerts/:alert_id`: one alert, where it leads to, and its end. */
export function AlertPage(props: AlertProps) {
  const t = useText()
  const at = useConsole()
  const name = useKindName()
  const field = useFieldName()
  const { alert, message } = props
  const source = alertSource(at, alert)
  return (
    <Layout title={name(alert.kind)} trail={[{ href: `${at}/alerts`, label: t('alerts.title') }]}>
      {message !== null && (
        <Notice tone="bad" title={t('alerts.refused')} focus>
          <p>{message}</p>
        </Notice>
      )}
      <div class="columns even">
        <Panel id="alert" title={t('alerts.facts')} note={<StatusBadge noun="alert" state={alert.closedAt ? 'settled' : 'open'} />}>
          <Facts
            rows={[
              { label: t('alerts.subject'), value: <Name of={alert.subject} /> },
              { label: t('alerts.audience'), value: t(`alerts.for.${alert.audience}`) },
              { label: t('alerts.count'), value: formatCount(alert.occurrences) },
              { label: t('alerts.first'), value: <Moment at={alert.firstAt} seconds /> },
              { label: t('alerts.last'), value: <Moment at={alert.lastAt} seconds /> },
              ...Object.entries(alert.details).map(([key, value]) => ({
                label: field(key),
                value: <bdi class="prose">{String(value)}</bdi>,
              })),
            ]}
          />
          {source && (
            <p>
              <a href={source}>{t('alerts.open')}</a>
            </p>
          )}
        </Panel>
        <Panel id="settle" title={t(alert.closedAt ? 'alerts.settled' : 'alerts.settle')}>
          {alert.closedAt ? <Settled of={alert} /> : <Settle {...props} at={at} />}
        </Panel>
      </div>
    </Layout>
  )
}

function Settled({ of }: { of: AlertView }) {
  const t = useText()
  return (
    <Facts
      rows={[
        { label: t('alerts.settledAt'), value: of.closedAt ? <Moment at={of.closedAt} seconds /> : '–' },
        { label: t('alerts.settledBy'), value: of.closedByName === null ? t('alerts.byItself') : <Name of={of.closedByName} /> },
        { label: t('alerts.reason'), value: of.note === null ? '–' : <bdi class="prose">{of.note}</bdi> },
      ]}
    />
  )
}

function Settle({ alert, maySettle, values, errors, at }: AlertProps & { at: string }) {
  const t = useText()
  if (!maySettle) return <p class="muted">{t('alerts.readOnly')}</p>
  const wrong = errors.reason === undefined ? [] : [{ name: 'reason', label: t('alerts.reason'), message: errors.reason }]
  return (
    <form method="post" action={`${alertPath(at, alert.id)}/settlement`} class="form" data-once noValidate>
      <CsrfField />
      <ErrorSummary errors={wrong} />
      <p>{t('alerts.settle.what')}</p>
      <TextArea
        name="reason"
        label={t('alerts.reason')}
        hint={t('alerts.reason.hint')}
        value={values.reason}
        error={errors.reason}
        maxLength={200}
      />
      <div class="form-actions">
        <SubmitButton>{t('alerts.verb')}</SubmitButton>
      </div>
    </form>
  )
}
