import { alertFacts, alertLine, spokenSubject } from '#src/core/alert-details'
import { alertSource } from '#src/core/alert-source'
import type { Slice } from '#src/core/keyset'
import { isPlainKey } from '#src/core/text'
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
import { type StateOf, StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { usePage, useText } from '../page-context'
import { AlertDeliveries, type AlertDeliveryView, useKindName } from './alert-deliveries'
import { AlertTabs } from './alert-tabs'
import { useConsole } from './audit-words'

export type AlertView = {
  id: string
  kind: string
  severity: StateOf<'severity'>
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
export type AlertsProps = { alerts: Slice<AlertView>; kinds: readonly string[]; state: (typeof STATES)[number]; kind: string }

/** `/admin/alerts`, `/finance/alerts`: what needs somebody. */
export function AlertsPage({ alerts, kinds, state, kind }: AlertsProps) {
  const t = useText()
  const at = useConsole()
  const { language } = usePage()
  const name = useKindName()
  return (
    <Layout title={t('alerts.title')} note={t('alerts.note')}>
      {at === '/admin' && <AlertTabs current="list" />}
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
          options={[{ value: '', label: t('alerts.everyKind') }, ...kinds.map((value) => ({ value, label: name(value) }))]}
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
                    <Name of={alertLine(language, row)} />
                  </span>
                </>
              ),
              wide: true,
            },
            { head: t('alerts.severity'), cell: (row) => <StatusBadge noun="severity" state={row.severity} /> },
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

export const alertPath = (at: string, id: string): string => `${at}/alerts/${id}`

export type AlertProps = {
  alert: AlertView
  /** Whom it was told to. */
  told: readonly AlertDeliveryView[]
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
  const { language } = usePage()
  const { alert, told, message } = props
  const source = alertSource(alert)
  const what = `alerts.what.${alert.kind}`
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
              { label: t('alerts.severity'), value: <StatusBadge noun="severity" state={alert.severity} /> },
              ...spokenSubject(language, alert.subject).map((subject) => ({ label: t('alerts.subject'), value: <Name of={subject} /> })),
              { label: t('alerts.audience'), value: t(`alerts.for.${alert.audience}`) },
              { label: t('alerts.count'), value: formatCount(alert.occurrences) },
              { label: t('alerts.first'), value: <Moment at={alert.firstAt} seconds /> },
              { label: t('alerts.last'), value: <Moment at={alert.lastAt} seconds /> },
              ...alertFacts(language, alert.details).map(({ label, value }) => ({ label, value: <bdi class="prose">{value}</bdi> })),
              ...(isPlainKey(what) ? [{ label: t('alerts.what'), value: t(what) }] : []),
              { label: t('alerts.runbook'), value: t('alerts.runbook.section', { kind: alert.kind }) },
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
      <Panel id="told" title={t('alertChannels.told')}>
        <AlertDeliveries rows={told} ofOne />
      </Panel>
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
