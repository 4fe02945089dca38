import type { Uuid } from '#src/core/ids'
import type { Money } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { formatCount } from '../components/figures'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { useText } from '../page-context'
import { usagePath } from './usage-address'

export type GameRowView = {
  id: Uuid
  sessionId: string
  siteName: string
  applicationName: string
  playerCount: number
  total: Money
  startedAt: Instant
}

/** Rows of the table of latest games, newest first; each says which game it is, so that a page adds none twice. */
export const GameRows = ({ games }: { games: readonly GameRowView[] }) => (
  <>
    {games.map((game) => (
      <GameRow key={game.id} game={game} />
    ))}
  </>
)

function GameRow({ game }: { game: GameRowView }) {
  const t = useText()
  return (
    <tr id={`game-${game.id}`} data-usage-id={game.id}>
      <td data-label={t('usage.time')}>
        <Moment at={game.startedAt} seconds />
      </td>
      <td class="wide" data-label={t('usage.site')}>
        <Name of={game.siteName} />
      </td>
      <td class="wide" data-label={t('usage.application')}>
        <Name of={game.applicationName} />
      </td>
      <td class="number" data-label={t('usage.players')}>
        {formatCount(game.playerCount)}
      </td>
      <td class="number" data-label={t('usage.total')}>
        <Yuan of={game.total} />
      </td>
      <td data-label={t('account.action')}>
        <a href={usagePath(game.id)}>
          {t('usage.open')}
          <span class="sr-only"> {game.sessionId}</span>
        </a>
      </td>
    </tr>
  )
}

/** The head of the same table. */
export function GameHead() {
  const t = useText()
  return (
    <thead>
      <tr>
        <th scope="col">{t('usage.time')}</th>
        <th scope="col" class="wide">
          {t('usage.site')}
        </th>
        <th scope="col" class="wide">
          {t('usage.application')}
        </th>
        <th scope="col" class="number">
          {t('usage.players')}
        </th>
        <th scope="col" class="number">
          {t('usage.total')}
        </th>
        <th scope="col">{t('account.action')}</th>
      </tr>
    </thead>
  )
}
