import type { ComponentChildren } from 'preact'
import type { DayRange } from '#src/core/day-range'
import type { Slice } from '#src/core/keyset'
import { keysUnder, type PlainKey } from '#src/core/text'
import { type Instant, iso } from '#src/core/time'
import { changedAddress } from '../components/address'
import { ShortId } from '../components/copy'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { StaffExportMenu } from '../components/export-menu'
import { type Chip, FilterSelect, Filters, FilterText } from '../components/filters'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Pager } from '../components/pager'
import { Tabs } from '../components/tabs'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { useConsole, useOperationName, useSummary, useTargetName } from './audit-words'

export type AuditRowView = {
  id: string
  seq: bigint
  actorKind: 'operator' | 'staff' | 'system'
  actorId: string | null
  actorName: string
  actorRole: string
  operation: string
  targetKind: string | null
  targetId: string | null
  details: Record<string, unknown>
  ip: string | null
  createdAt: Instant
}

export type AuditLogsProps = {
  rows: Slice<AuditRowView>
  /** Whose rows there are: everybody's, finance's, or the own ones. */
  scope: 'all' | 'finance' | 'own'
  people: readonly { id: string; name: string; username: string }[]
  /** `who`: a kind of actor or a person's id. */
  filter: { who: string; operation: string; about: string }
  range: DayRange
}

/** `/admin/audit-logs`, `/finance/audit-logs`: who did what, newest first. */
export function AuditLogsPage(props: AuditLogsProps) {
  const t = useText()
  const { rows, scope, filter, range } = props
  const at = useConsole()
  const summary = useSummary()
  return (
    <Layout
      title={t('audit.title')}
      note={t(`audit.note.${scope}`)}
      action={<StaffExportMenu kind="audit_logs" filter={exportFilter(filter, range)} />}
    >
      <AuditTabs current="logs" />
      <AuditFilters {...props} />
      <section class="panel" aria-label={t('audit.title')}>
        <DataTable
          caption={t('audit.title')}
          rows={rows.rows}
          rowKey={(row) => row.id}
          empty={<Nothing filtered={filter.who !== '' || filter.operation !== '' || filter.about !== '' || range.stretch !== null} />}
          columns={[
            { head: t('audit.at'), cell: (row) => <Moment at={row.createdAt} seconds /> },
            { head: t('audit.who'), cell: (row) => <Actor of={row} /> },
            { head: t('audit.operation'), cell: (row) => <Operation of={row.operation} /> },
            { head: t('audit.target'), cell: (row) => <Target of={row} /> },
            { head: t('audit.what'), cell: (row) => <Name of={summary(row.details) || '–'} />, wide: true },
            { head: t('audit.ip'), cell: (row) => (row.ip === null ? '–' : <code>{row.ip}</code>) },
            { head: t('audit.more'), action: true, cell: (row) => <More at={at} of={row} /> },
          ]}
        />
        <Pager of={rows} />
      </section>
    </Layout>
  )
}

function More({ at, of }: { at: string; of: AuditRowView }) {
  const t = useText()
  const name = useOperationName()
  return (
    <a href={`${at}/audit-logs/log_${of.id}`} aria-label={t('audit.more.of', { operation: name(of.operation) })}>
      {t('audit.more')}
    </a>
  )
}

const exportFilter = ({ who, operation, about }: AuditLogsProps['filter'], { stretch }: DayRange) => ({
  who: who || undefined,
  operation_type: operation || undefined,
  target_id: about || undefined,
  start_time: stretch ? iso(stretch.from) : undefined,
  end_time: stretch ? iso(stretch.to) : undefined,
})

export function AuditTabs({ current }: { current: 'logs' | 'checks' }) {
  const t = useText()
  const at = useConsole()
  return (
    <Tabs
      label={t('audit.tabs')}
      tabs={[
        { href: `${at}/audit-logs`, label: t('audit.tabs.logs'), current: current === 'logs' },
        { href: `${at}/audit-checks`, label: t('audit.tabs.checks'), current: current === 'checks' },
      ]}
    />
  )
}

/** Operations that finance people do, and those of others that finance sees. */
const OF_FINANCE =
  /\.(login|logout|password|step_up|totp|recovery_codes|session|staff|alert|audit|export|view_api_key|payment|quarantine|bank_transfer|recharge|refund_(?!request|withdraw)|invoice_(?!request|cancel|title)|adjustment|bill|reconciliation|day|report)/

function AuditFilters({ scope, people, filter, range }: AuditLogsProps) {
  const t = useText()
  const at = useConsole()
  const operations = keysUnder('audit.op.').filter((key) => scope === 'all' || OF_FINANCE.test(key))
  const nameOf = (key: PlainKey): string => t(key)
  const whos =
    scope === 'own'
      ? []
      : [
          ...(scope === 'all' ? KINDS.map((kind) => ({ value: kind as string, label: t(`audit.kind.${kind}`) })) : []),
          ...people.map(({ id, name, username }) => ({ value: id, label: `${name}（${username}）` })),
        ]
  const chips: Chip[] = [
    ...(filter.who
      ? [{ label: `${t('audit.filter.who')}：${whos.find(({ value }) => value === filter.who)?.label ?? filter.who}`, clear: ['who'] }]
      : []),
    ...(filter.operation ? [{ label: operationLabel(operations, filter.operation, nameOf), clear: ['operation'] }] : []),
    ...(filter.about ? [{ label: `${t('audit.filter.about')}：${filter.about}`, clear: ['about'] }] : []),
  ]
  return (
    <Filters action={`${at}/audit-logs`} dates={range} offersAll chips={chips}>
      <FilterText name="about" label={t('audit.filter.about')} value={filter.about} placeholder={t('audit.filter.about.hint')} />
      {whos.length > 0 && (
        <FilterSelect
          name="who"
          label={t('audit.filter.who')}
          value={filter.who}
          options={[{ value: '', label: t('audit.filter.anybody') }, ...whos]}
        />
      )}
      <FilterSelect
        name="operation"
        label={t('audit.filter.operation')}
        value={filter.operation}
        options={[
          { value: '', label: t('audit.filter.anyOperation') },
          ...operations.map((key) => ({ value: key.slice('audit.op.'.length), label: nameOf(key) })),
        ]}
      />
    </Filters>
  )
}

const operationLabel = (operations: readonly PlainKey[], operation: string, nameOf: (key: PlainKey) => string): string => {
  const key = operations.find((one) => one === `audit.op.${operation}`)
  return key ? nameOf(key) : operation
}

const KINDS = ['staff', 'operator', 'system'] as const

function Nothing({ filtered }: { filtered: boolean }) {
  const t = useText()
  return filtered ? (
    <EmptyState icon="search" title={t('audit.none')} next={t('audit.noneNext')} />
  ) : (
    <EmptyState title={t('audit.empty')} next={t('audit.emptyNext')} />
  )
}

function Actor({ of }: { of: Pick<AuditRowView, 'actorKind' | 'actorName' | 'actorRole'> }): ComponentChildren {
  const t = useText()
  return (
    <>
      {of.actorKind === 'system' ? t('audit.kind.system') : <Name of={of.actorName} />}
      {of.actorKind !== 'system' && (
        <span class="cell-more">{of.actorKind === 'staff' ? <RoleName of={of.actorRole} /> : t('role.operator')}</span>
      )}
    </>
  )
}

const ROLES = ['super_admin', 'admin', 'analyst', 'specialist', 'manager', 'auditor'] as const

export function RoleName({ of }: { of: string }) {
  const t = useText()
  if (of === 'operator') return <>{t('role.staff')}</>
  const role = ROLES.find((one) => one === of)
  return <>{role ? t(`role.${role}`) : of}</>
}

function Operation({ of }: { of: string }) {
  const name = useOperationName()
  return <>{name(of)}</>
}

function Target({ of }: { of: Pick<AuditRowView, 'targetKind' | 'targetId'> }) {
  const name = useTargetName()
  if (of.targetKind === null) return <>–</>
  return (
    <>
      {name(of.targetKind)}
      {of.targetId !== null && (
        <span class="cell-more">
          <ShortId id={of.targetId} />
        </span>
      )}
    </>
  )
}

/** The list with one condition, from a page of a single row. */
export const auditListPath = (at: string, filter: { about?: string; who?: string }): string =>
  changedAddress(`${at}/audit-logs`, { about: filter.about ?? null, who: filter.who ?? null })
