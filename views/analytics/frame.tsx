import type { ComponentChildren } from 'preact'
import type { DayRange } from '#src/core/day-range'
import { showId } from '#src/core/ids'
import type { PlainKey } from '#src/core/text'
import { type BusinessDay, iso } from '#src/core/time'
import { changedAddress, useAsked } from '../components/address'
import { StaffExportMenu } from '../components/export-menu'
import { drawn, formatCount } from '../components/figures'
import type { Chip } from '../components/filters'
import { Yuan } from '../components/money'
import { Change, StatTile } from '../components/stat-tile'
import { Tabs } from '../components/tabs'
import { Layout } from '../layout'
import { type Measure, measureName } from '../operator/statistics-measure'
import type { Sums } from '../operator/usage'
import { type Say, usePage, useText } from '../page-context'

const PAGES = { overview: '/analytics/', ranking: '/analytics/ranking', players: '/analytics/players', cross: '/analytics/cross' } as const
export type PageName = keyof typeof PAGES

/** What a page of the analysts is narrowed to, besides its days. */
export type Narrowed = {
  operator?: { id: string; name: string } | undefined
  site?: { id: string; name: string } | undefined
  application?: { id: string; name: string } | undefined
  area: string
}

type FrameProps = {
  current: PageName
  dates: DayRange
  /** The report of the export menu, in the words of the API. */
  report: string
  narrowed?: Narrowed
  exported?: Readonly<Record<string, string | undefined>>
  children: ComponentChildren
}

/** What the four pages have in common: their names side by side, the days they speak of, the file of what they show. */
export function AnalyticsFrame({ current, dates, report, narrowed, exported = {}, children }: FrameProps) {
  const t = useText()
  const { viewer } = usePage()
  const link = useAnalyticsLink()
  const tabs = (Object.keys(PAGES) as PageName[]).map((page) => ({
    href: link(page),
    label: t(`platform.tab.${page}`),
    current: page === current,
  }))
  const mayExport = viewer !== null && viewer.kind !== 'operator' && viewer.permissions.includes('statistics:export')
  const filter = { report, ...exported, ...placesOf(narrowed), ...timesOf(dates) }
  return (
    <Layout
      title={t('platform.title')}
      note={t('statistics.period', { from: dates.first ?? '', to: dates.last ?? '' })}
      action={mayExport && <StaffExportMenu kind="statistics" filter={filter} />}
    >
      <Tabs label={t('platform.tabs')} tabs={tabs} />
      {children}
    </Layout>
  )
}

const placesOf = (narrowed: Narrowed | undefined) => ({
  operator_ids: narrowed?.operator && showId('operator', narrowed.operator.id),
  site_ids: narrowed?.site && showId('site', narrowed.site.id),
  app_ids: narrowed?.application && showId('application', narrowed.application.id),
  area: narrowed?.area || undefined,
})

const timesOf = ({ stretch }: DayRange) => ({
  start_time: stretch ? iso(stretch.from) : undefined,
  end_time: stretch ? iso(stretch.to) : undefined,
})

/** What stays when one of the pages leads to another: the days, and what they are narrowed to. */
const KEPT = ['range', 'from', 'to', 'measure', 'operator', 'site', 'app', 'area']

/** An address of these pages with the days and filters of this one, and something changed. */
export function useAnalyticsLink(): (page: PageName, changes?: Readonly<Record<string, string | null>>) => string {
  const asked = useAsked()
  const kept = KEPT.flatMap((name) => {
    const value = asked(name)
    return value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]
  })
  return (page, changes = {}) => changedAddress(`${PAGES[page]}?${kept.join('&')}`, changes)
}

/** The days of a point of a trend, in place of what was chosen. */
export const daysOf = (first: BusinessDay, last: BusinessDay) => ({ range: null, from: first, to: last })

export function narrowedChips(t: Say, { operator, site, application, area }: Narrowed): Chip[] {
  return [
    ...(operator ? [{ label: t('platform.operator.is', { name: operator.name }), clear: ['operator'] }] : []),
    ...(site ? [{ label: t('platform.site.is', { name: site.name }), clear: ['site'] }] : []),
    ...(application ? [{ label: t('platform.application.is', { name: application.name }), clear: ['app'] }] : []),
    ...(area ? [{ label: t('platform.area.is', { name: area }), clear: ['area'] }] : []),
  ]
}

/** Fields that links set and the form keeps. */
export const NARROWED_FIELDS = ['operator', 'site', 'app'] as const

/** A measure by name: what operators spend is the platform's revenue. */
export const platformMeasure = (measure: Measure): PlainKey => (measure === 'total' ? 'platform.revenue' : measureName(measure))

/** The figures of everything that is meant; against the days before where they are known. */
export function SumTiles({ sums, before, average: hasAverage = true }: { sums: Sums; before?: Sums; average?: boolean }) {
  const t = useText()
  const average = ({ players, sessions }: Sums) => (sessions === 0 ? 0 : players / sessions)
  const change = (now: number, then: number | undefined) =>
    then === undefined ? undefined : <Change current={now} previous={then} versus="common.versus.period" />
  return (
    <>
      <StatTile
        label={t('platform.revenue')}
        icon="receipt"
        figure={<Yuan of={sums.total} />}
        note={change(drawn(sums.total), before && drawn(before.total))}
      />
      <StatTile
        label={t('statistics.column.sessions')}
        icon="gamepad-2"
        figure={formatCount(sums.sessions)}
        note={change(sums.sessions, before?.sessions)}
      />
      <StatTile
        label={t('statistics.column.players')}
        icon="circle-user"
        figure={formatCount(sums.players)}
        note={change(sums.players, before?.players)}
      />
      {hasAverage && (
        <StatTile
          label={t('statistics.column.average')}
          icon="chart-column"
          figure={average(sums).toFixed(1)}
          note={change(average(sums), before && average(before))}
        />
      )}
    </>
  )
}

/** One of a few, as links. */
export const Segments = ({ label, links }: { label: string; links: readonly { href: string; words: string; current: boolean }[] }) => (
  <nav class="segments wrap" aria-label={label}>
    {links.map(({ href, words, current }) => (
      <a key={href} href={href} aria-current={current ? 'true' : undefined}>
        {words}
      </a>
    ))}
  </nav>
)
