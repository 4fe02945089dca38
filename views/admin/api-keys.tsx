import type { Slice } from '#src/core/keyset'
import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import { FilterSelect, Filters, FilterText } from '../components/filters'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Pager } from '../components/pager'
import { StatTile } from '../components/stat-tile'
import { Badge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { KeyTabs } from './key-tabs'

type KeyView = {
  operatorId: string
  username: string
  name: string
  isLocked: boolean
  generatedAt: Instant
  previousUntil: Instant | null
  fenced: boolean
  lastCallAt: Instant | null
  lastIp: string | null
  calls: number
  refused: number
}

const STATES = ['failing', 'unused', 'old'] as const

export type KeysProps = {
  now: Instant
  keys: Slice<KeyView>
  totals: { keys: number; old: number; failing: number; refused: number }
  oldDays: number
  filter: { keyword: string; state: (typeof STATES)[number] | '' }
}

/** `/admin/api-keys`: how old every key is, when it was used last and how often it was refused; never the key. */
export function KeysPage({ now, keys, totals, oldDays, filter }: KeysProps) {
  const t = useText()
  return (
    <Layout title={t('keyUse.title')} note={t('keyUse.note')}>
      <KeyTabs current="keys" />
      <Totals totals={totals} oldDays={oldDays} />
      <Filters
        action="/admin/api-keys"
        chips={[
          ...(filter.keyword ? [{ label: filter.keyword, clear: ['keyword'] }] : []),
          ...(filter.state ? [{ label: t(`keyUse.state.${filter.state}`), clear: ['state'] }] : []),
        ]}
      >
        <FilterText name="keyword" label={t('keyUse.keyword')} value={filter.keyword} />
        <FilterSelect
          name="state"
          label={t('keyUse.state')}
          value={filter.state}
          options={[{ value: '', label: t('keyUse.state.any') }, ...STATES.map((value) => ({ value, label: t(`keyUse.state.${value}`) }))]}
        />
      </Filters>
      <section class="panel" aria-label={t('keyUse.title')}>
        <DataTable
          caption={t('keyUse.title')}
          rows={keys.rows}
          rowKey={(row) => row.operatorId}
          empty={<EmptyState icon="key-round" title={t('keyUse.empty')} next={t('keyUse.emptyNext')} />}
          columns={[
            {
              head: t('keyUse.operator'),
              cell: (row) => (
                <>
                  <a href={operatorPath(row.operatorId)}>
                    <Name of={row.name} />
                  </a>
                  <span class="cell-more">{row.username}</span>
                </>
              ),
              wide: true,
            },
            {
              head: t('keyUse.age'),
              cell: (row) => (
                <>
                  <Moment at={row.generatedAt} />
                  <span class="cell-more">
                    {age(row.generatedAt, now) === 0
                      ? t('keyUse.today')
                      : t('keyUse.days', { days: formatCount(age(row.generatedAt, now)) })}
                  </span>
                </>
              ),
            },
            { head: t('keyUse.lastUse'), cell: (row) => <LastUse of={row} /> },
            { head: t('keyUse.calls'), cell: (row) => formatCount(row.calls), number: true },
            { head: t('keyUse.refused'), cell: (row) => formatCount(row.refused), number: true },
            { head: t('keyUse.marks'), cell: (row) => <Marks of={row} isOld={age(row.generatedAt, now) > oldDays} /> },
          ]}
        />
        <Pager of={keys} />
      </section>
    </Layout>
  )
}

const DAY_MS = 86_400_000
const age = (since: Instant, now: Instant): number => Math.max(0, Math.floor((now.getTime() - since.getTime()) / DAY_MS))

export const operatorPath = (id: string): string => `/admin/operators/op_${id}`

function Totals({ totals, oldDays }: Pick<KeysProps, 'totals' | 'oldDays'>) {
  const t = useText()
  return (
    <div class="tiles four">
      <StatTile
        label={t('keyUse.tile.keys')}
        icon="key-round"
        figure={formatCount(totals.keys)}
        note={t('keyUse.tile.keys.note')}
        href="/admin/api-keys"
      />
      <StatTile
        label={t('keyUse.tile.old', { days: oldDays })}
        icon="history"
        figure={formatCount(totals.old)}
        note={t('keyUse.tile.old.note')}
        href="/admin/api-keys?state=old"
      />
      <StatTile
        label={t('keyUse.tile.failing')}
        icon="circle-alert"
        figure={formatCount(totals.failing)}
        note={t('keyUse.tile.failing.note')}
        tone={totals.failing > 0 ? 'warn' : 'plain'}
        href="/admin/api-keys?state=failing"
      />
      <StatTile
        label={t('keyUse.tile.refused')}
        icon="triangle-alert"
        figure={formatCount(totals.refused)}
        note={t('keyUse.tile.refused.note')}
        href="/admin/anomalies#knocking"
      />
    </div>
  )
}

function LastUse({ of }: { of: KeyView }) {
  const t = useText()
  if (!of.lastCallAt) return <span class="muted">{t('keyUse.neverUsed')}</span>
  return (
    <>
      <Moment at={of.lastCallAt} />
      <span class="cell-more">{of.lastIp}</span>
    </>
  )
}

function Marks({ of, isOld }: { of: KeyView; isOld: boolean }) {
  const t = useText()
  return (
    <span class="with-badge">
      {of.isLocked && <Badge tone="bad">{t('keyUse.mark.locked')}</Badge>}
      {isOld && <Badge tone="warn">{t('keyUse.mark.old')}</Badge>}
      {of.previousUntil && <Badge tone="info">{t('keyUse.mark.overlap')}</Badge>}
      {of.fenced && <Badge tone="neutral">{t('keyUse.mark.fenced')}</Badge>}
    </span>
  )
}
