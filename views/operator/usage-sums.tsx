import type { Money } from '#src/core/money'
import { formatCount } from '../components/figures'
import { Yuan } from '../components/money'
import { useText } from '../page-context'

/** What everything that matches adds up to, whatever the page shows of it. */
export function UsageSums({ sums }: { sums: { sessions: number; players: number; total: Money } }) {
  const t = useText()
  const average = sums.sessions === 0 ? '0.0' : (Math.floor((20 * sums.players + sums.sessions) / (2 * sums.sessions)) / 10).toFixed(1)
  return (
    <dl class="sums" aria-label={t('usage.sum.note')}>
      <div>
        <dt>{t('usage.sum.sessions')}</dt>
        <dd id="usage-sessions">{formatCount(sums.sessions)}</dd>
      </div>
      <div>
        <dt>{t('usage.sum.players')}</dt>
        <dd id="usage-players">{formatCount(sums.players)}</dd>
      </div>
      <div>
        <dt>{t('usage.sum.average')}</dt>
        <dd>{average}</dd>
      </div>
      <div>
        <dt>{t('usage.sum.total')}</dt>
        <dd id="usage-total">
          <Yuan of={sums.total} />
        </dd>
      </div>
    </dl>
  )
}
