import type { DayRange } from '#src/core/day-range'
import { showId, type Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import type { Money } from '#src/core/money'
import { type Instant, iso } from '#src/core/time'
import { ShortId } from '../components/copy'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { ExportMenu } from '../components/export-menu'
import { formatCount } from '../components/figures'
import { type Chip, FilterSelect, Filters, FilterText } from '../components/filters'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { Layout } from '../layout'
import { type Say, useText } from '../page-context'
import { Duration } from './duration'
import { usagePath } from './usage-address'
import { UsageSums } from './usage-sums'

type UsageRow = {
  id: Uuid
  sessionId: string
  siteName: string
  applicationName: string
  playerCount: number
  unitPrice: Money
  total: Money
  durationSeconds: number | null
  startedAt: Instant
}
type Choice = { id: Uuid; name: string; isGone: boolean }
export type Choices = { sites: readonly Choice[]; applications: readonly Choice[] }
export type Sums = { sessions: number; players: number; total: Money }
/** What the list is narrowed to, apart from the days. */
export type Narrowed = {
  siteId?: Uuid | undefined
  applicationId?: Uuid | undefined
  players?: number | undefined
  weekday?: number | undefined
  hour?: number | undefined
  keyword?: string | undefined
}

export type UsageProps = {
  games: Slice<UsageRow>
  sums: Sums
  /** A piece of a session id was looked for among the newest games only: there may be more. */
  isCut?: boolean
  dates: DayRange
  narrowed: Narrowed
  choices: Choices
}

/** `/operator/usage`: every game, narrowed by the address, with the sums of all that matches. */
export function UsagePage({ games, sums, isCut = false, dates, narrowed, choices }: UsageProps) {
  const t = useText()
  const chips = chipsOf(t, dates, narrowed, choices)
  return (
    <Layout title={t('nav.usage')} action={<ExportMenu kind="usage" filter={exported(dates, narrowed)} />}>
      <Panel id="usage" title={t('usage.list')} note={<a href="/operator/explain">{t('usage.why.link')}</a>}>
        <Filters action="/operator/usage" dates={dates} offersAll chips={chips} keep={['players', 'weekday', 'hour']}>
          <PlaceFilters narrowed={narrowed} choices={choices} />
          <FilterText name="keyword" label={t('usage.keyword')} value={narrowed.keyword} placeholder={t('usage.keyword.placeholder')} />
        </Filters>
        {isCut && <Notice tone="info">{t('usage.keyword.cut')}</Notice>}
        {sums.sessions > 0 && <UsageSums sums={sums} />}
        <Games games={games} filtered={chips.length > 0} />
        <Pager of={games} note={t('usage.count', { count: formatCount(sums.sessions) })} />
      </Panel>
    </Layout>
  )
}

/** Site and application, as lists and statistics offer them. */
export function PlaceFilters({ narrowed, choices }: Pick<UsageProps, 'narrowed' | 'choices'>) {
  const t = useText()
  const { siteId, applicationId } = narrowed
  return (
    <>
      <FilterSelect
        name="site"
        label={t('usage.site')}
        value={siteId && showId('site', siteId)}
        options={[
          { value: '', label: t('usage.site.all') },
          ...choices.sites.map((site) => ({ value: showId('site', site.id), label: siteLabel(t, site) })),
        ]}
      />
      <FilterSelect
        name="app"
        label={t('usage.application')}
        value={applicationId && showId('application', applicationId)}
        options={[
          { value: '', label: t('usage.application.all') },
          ...choices.applications.map((one) => ({ value: showId('application', one.id), label: applicationLabel(t, one) })),
        ]}
      />
    </>
  )
}

const siteLabel = (t: Say, { name, isGone }: Choice): string => (isGone ? t('usage.site.gone', { name }) : name)
const applicationLabel = (t: Say, { name, isGone }: Choice): string => (isGone ? t('usage.application.gone', { name }) : name)

/** What is set, in words; an id that is nobody's of ours is shown as it was written. */
export function placeChips(t: Say, { siteId, applicationId }: Narrowed, { sites, applications }: Choices): Chip[] {
  const chip = (name: string, value: string, clear: string): Chip => ({ label: t('usage.chip', { name, value }), clear: [clear] })
  const site = siteId && sites.find(({ id }) => id === siteId)
  const application = applicationId && applications.find(({ id }) => id === applicationId)
  return [
    ...(siteId ? [chip(t('usage.site'), site ? siteLabel(t, site) : showId('site', siteId), 'site')] : []),
    ...(applicationId
      ? [chip(t('usage.application'), application ? applicationLabel(t, application) : showId('application', applicationId), 'app')]
      : []),
  ]
}

function chipsOf(t: Say, dates: DayRange, narrowed: Narrowed, choices: Choices): Chip[] {
  const { players, weekday, hour, keyword } = narrowed
  const chip = (name: string, value: string, ...clear: string[]): Chip => ({ label: t('usage.chip', { name, value }), clear })
  const days = dates.first === dates.last ? (dates.first ?? '') : `${dates.first} – ${dates.last}`
  return [
    ...(dates.chosen === 'all' ? [] : [chip(t('usage.days'), days, 'range', 'from', 'to')]),
    ...placeChips(t, narrowed, choices),
    ...(players === undefined ? [] : [chip(t('usage.players'), t('usage.players.value', { count: players }), 'players')]),
    ...(weekday === undefined && hour === undefined
      ? []
      : [chip(t('statistics.column.hour'), clockWords(t, weekday, hour), 'weekday', 'hour')]),
    ...(keyword ? [chip(t('usage.keyword'), keyword, 'keyword')] : []),
  ]
}

type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7
export const weekdayName = (t: Say, weekday: number): string => t(`usage.weekday.${weekday as Weekday}`)
export const hourName = (t: Say, hour: number): string => t('usage.hour.value', { from: hour, to: hour + 1 })

const clockWords = (t: Say, weekday: number | undefined, hour: number | undefined): string =>
  [weekday === undefined ? '' : weekdayName(t, weekday), hour === undefined ? '' : hourName(t, hour)].filter(Boolean).join(' ')

/** The same filter in the words of the API, days fixed. */
function exported({ stretch }: DayRange, { siteId, applicationId, players, weekday, hour, keyword }: Narrowed) {
  const text = (value: number | undefined) => (value === undefined ? undefined : String(value))
  return {
    start_time: stretch ? iso(stretch.from) : undefined,
    end_time: stretch ? iso(stretch.to) : undefined,
    site_id: siteId && showId('site', siteId),
    app_id: applicationId && showId('application', applicationId),
    players: text(players),
    weekday: text(weekday),
    hour: text(hour),
    keyword: keyword || undefined,
  }
}

function Games({ games, filtered }: { games: Slice<UsageRow>; filtered: boolean }) {
  const t = useText()
  return (
    <DataTable
      caption={t('usage.caption')}
      rows={games.rows}
      rowKey={(game) => game.id}
      empty={filtered ? <NothingFound /> : <NothingYet />}
      columns={[
        { head: t('usage.time'), cell: (game) => <Moment at={game.startedAt} seconds /> },
        { head: t('usage.site'), cell: (game) => <Name of={game.siteName} />, wide: true },
        { head: t('usage.application'), cell: (game) => <Name of={game.applicationName} />, wide: true },
        { head: t('usage.players'), cell: (game) => formatCount(game.playerCount), number: true },
        { head: t('usage.unitPrice'), cell: (game) => <Yuan of={game.unitPrice} />, number: true },
        { head: t('usage.total'), cell: (game) => <Yuan of={game.total} />, number: true },
        { head: t('usage.duration'), cell: (game) => <Duration seconds={game.durationSeconds} />, number: true },
        { head: t('usage.session'), cell: (game) => <ShortId id={game.sessionId} /> },
        {
          head: t('account.action'),
          action: true,
          cell: (game) => (
            <a href={usagePath(game.id)}>
              {t('usage.open')}
              <span class="sr-only"> {game.sessionId}</span>
            </a>
          ),
        },
      ]}
    />
  )
}

function NothingYet() {
  const t = useText()
  return <EmptyState icon="gamepad-2" title={t('usage.empty')} next={t('usage.emptyNext')} />
}

function NothingFound() {
  const t = useText()
  return <EmptyState icon="search" title={t('usage.nothingFound')} next={t('usage.nothingFoundNext')} />
}
