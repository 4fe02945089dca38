import { EmptyState } from '../components/empty-state'
import { Panel } from '../components/panel'
import { useText } from '../page-context'
import { GameHead, GameRows, type GameRowView } from './game-rows'

/** Games kept in the list while new ones come in at its top. */
const KEPT = 10

/** The latest games; while the page is open new ones are put before them (views/assets/live.js, `/operator/events`). */
export function LatestGames({ games }: { games: readonly GameRowView[] }) {
  const t = useText()
  return (
    <Panel id="games" title={t('games.live')} note={<a href="/operator/usage">{t('games.live.all')}</a>}>
      {games.length === 0 && (
        <div data-live-empty>
          <EmptyState icon="gamepad-2" title={t('games.live.empty')} next={t('games.live.emptyNext')} />
        </div>
      )}
      <div hidden={games.length === 0}>
        <table class="table">
          <caption class="sr-only">{t('games.live.caption')}</caption>
          <GameHead />
          <tbody data-live-games={games[0]?.id ?? ''} data-live-keep={KEPT}>
            <GameRows games={games} />
          </tbody>
        </table>
      </div>
    </Panel>
  )
}
