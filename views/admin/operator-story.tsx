import type { DayRange } from '#src/core/day-range'
import { showId } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import { formatYuan, type Money } from '#src/core/money'
import type { BusinessDay, Instant } from '#src/core/time'
import { useAddress } from '../components/address'
import { ShortId } from '../components/copy'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import { Filters } from '../components/filters'
import { useMay } from '../components/may'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { Timeline, type TimelineEvent } from '../components/timeline'
import { useText } from '../page-context'
import { entryKey, eventIcon, eventKey, eventTone, signed } from './operator-events'
import { OperatorFrame, type OperatorHead, operatorPath } from './operator-frame'
import { Particulars } from './operator-particulars'

const CHAPTERS = ['account', 'keys', 'access', 'money', 'games', 'sign_in', 'sites'] as const

type StoryEvent = {
  kind: 'act' | 'entry' | 'games' | 'failure'
  id: string
  cursor: string
  at: Instant
  what: string
  actorKind: 'operator' | 'staff' | 'system' | null
  actorName: string | null
  details: Record<string, unknown> | null
  requestId: string | null
  amount: Money | null
  balanceAfter: Money | null
  seq: bigint | null
  day: BusinessDay | null
  games: number | null
  players: number | null
}

export type OperatorStoryProps = {
  operator: OperatorHead
  story: Slice<StoryEvent>
  /** The names of games that the events speak of, by their id. */
  games: Readonly<Record<string, string>>
  chapter: (typeof CHAPTERS)[number] | undefined
  dates: DayRange
}

/** `…/timeline`: everything that ever happened, newest first, chapter by chapter if wanted. */
export function OperatorStoryPage({ operator, story, games, chapter, dates }: OperatorStoryProps) {
  const t = useText()
  const events = useEvents(operator, story.rows, games)
  const isFiltered = chapter !== undefined || dates.chosen !== 'all'
  const chips =
    dates.chosen === 'all'
      ? []
      : [{ label: t('transactions.dates.is', { first: dates.first!, last: dates.last! }), clear: ['range', 'from', 'to'] }]
  return (
    <OperatorFrame operator={operator} tab="timeline">
      <Chapters chapter={chapter} />
      <Filters action={`${operatorPath(operator.id)}/timeline`} dates={dates} offersAll keep={['chapter']} chips={chips} />
      <Panel id="story" title={t('operators.story')} note={t('operators.story.note')}>
        {events.length > 0 ? (
          <Timeline events={events} />
        ) : (
          <EmptyState
            icon={isFiltered ? 'search' : 'inbox'}
            title={t(isFiltered ? 'operators.story.none' : 'operators.story.empty')}
            next={t(isFiltered ? 'operators.story.none.next' : 'operators.story.empty.next')}
          />
        )}
        <Pager of={story} />
      </Panel>
    </OperatorFrame>
  )
}

function Chapters({ chapter }: Pick<OperatorStoryProps, 'chapter'>) {
  const t = useText()
  const may = useMay()
  const address = useAddress()
  const offered = CHAPTERS.filter((one) => one !== 'money' || may('transaction:view'))
  return (
    <div class="filters-line">
      <nav class="segments wrap" aria-label={t('operators.story.chapters')}>
        <a href={address({ chapter: null })} aria-current={chapter === undefined ? 'true' : undefined}>
          {t('filter.all')}
        </a>
        {offered.map((one) => (
          <a key={one} href={address({ chapter: one })} aria-current={chapter === one ? 'true' : undefined}>
            {t(`operators.chapter.${one}`)}
          </a>
        ))}
      </nav>
    </div>
  )
}

function useEvents(operator: OperatorHead, rows: readonly StoryEvent[], games: OperatorStoryProps['games']): TimelineEvent[] {
  const t = useText()
  const actor = ({ actorKind, actorName }: StoryEvent) =>
    actorKind && (
      <>
        · {t(`operators.actor.${actorKind}`)} {actorKind === 'staff' && <bdi>{actorName}</bdi>}
      </>
    )
  return rows.map((event): TimelineEvent => {
    const key = event.cursor
    if (event.kind === 'games') return { key, at: null, tone: 'neutral', icon: 'gamepad-2', title: <Games of={event} /> }
    if (event.kind === 'entry') {
      const title = entryKey(event.what)
      const tone = event.amount === 0n ? 'neutral' : event.amount! > 0n ? 'ok' : 'warn'
      return {
        key,
        at: event.at,
        tone,
        icon: 'wallet',
        title: title ? t(title) : event.what,
        children: <Entry of={event} operator={operator} />,
      }
    }
    if (event.kind === 'failure') {
      const children = (
        <p class="muted">
          {t('operators.story.from')} <code>{String(event.details?.ip)}</code>
        </p>
      )
      return { key, at: event.at, tone: 'warn', icon: 'circle-user', title: t('operators.story.failure'), children }
    }
    const title = eventKey(event.what)
    const icon = eventIcon(event.what)
    return {
      key,
      at: event.at,
      tone: eventTone(event.what),
      ...(icon ? { icon } : {}),
      title: title ? t(title) : <code>{event.what}</code>,
      actor: actor(event),
      children: <Particulars details={event.details} requestId={event.requestId} games={games} />,
    }
  })
}

function Games({ of }: { of: StoryEvent }) {
  const t = useText()
  return (
    <>
      {t('operators.story.games', {
        day: of.day!,
        games: formatCount(of.games!),
        players: formatCount(of.players!),
        amount: formatYuan(of.amount!),
      })}
    </>
  )
}

/** A movement with the balance after it; one between accounts of the company says only what it was. */
function Entry({ of, operator }: { of: StoryEvent; operator: OperatorHead }) {
  const t = useText()
  const description = typeof of.details?.description === 'string' ? of.details.description : ''
  return (
    <p>
      <bdi>{description}</bdi>
      {of.amount !== 0n && (
        <>
          {' '}
          · <b class="money">{signed(of.amount!)}</b> · {t('operators.story.balance', { balance: formatYuan(of.balanceAfter!) })}
        </>
      )}{' '}
      · <a href={`${operatorPath(operator.id)}/money?after=${of.seq! + 1n}`}>{t('operators.story.row', { seq: String(of.seq) })}</a>{' '}
      <ShortId id={showId('transaction', of.id)} />
    </p>
  )
}
