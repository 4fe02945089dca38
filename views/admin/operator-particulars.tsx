import { formatYuan, parseYuan } from '#src/core/money'
import { ShortId } from '../components/copy'
import { formatCount } from '../components/figures'
import { useText } from '../page-context'
import { changesOf, fieldKey, reasonOf, valueKey } from './operator-events'

type ParticularsProps = {
  details: Record<string, unknown> | null
  requestId: string | null
  /** The names of games, by their bare id. */
  games: Readonly<Record<string, string>>
}

/** What an audit entry says besides its name: what it was about, what was changed, why, and the request that did it. */
export function Particulars({ details, requestId, games }: ParticularsProps) {
  const t = useText()
  const reason = reasonOf(details)
  const subject = subjectOf(details, games)
  const failures = typeof details?.failures === 'number' ? details.failures : 0
  return (
    <>
      {subject !== '' && (
        <p>
          <bdi class="prose">{subject}</bdi>
        </p>
      )}
      {changesOf(details).map(({ field, before, after }) => {
        const key = fieldKey(field)
        const said = (value: string) => {
          const words = valueKey(field, value)
          return words ? t(words) : value
        }
        return (
          <p key={field}>
            {key ? t(key) : <code>{field}</code>} {before !== null && <bdi class="muted">{said(before)}</bdi>} → <bdi>{said(after)}</bdi>
          </p>
        )
      })}
      {reason !== null && (
        <p>
          {t('operators.reason')} <bdi class="prose">{reason}</bdi>
        </p>
      )}
      {failures > 0 && <p>{t('operators.story.failures', { count: formatCount(failures) })}</p>}
      {requestId !== null && (
        <p class="muted">
          {t('common.requestId')} <ShortId id={requestId} />
        </p>
      )}
    </>
  )
}

/** The game, the site or the amount, as far as the entry names them. */
function subjectOf(details: Record<string, unknown> | null, games: ParticularsProps['games']): string {
  const game = typeof details?.app_id === 'string' ? games[details.app_id] : undefined
  const name = typeof details?.name === 'string' ? details.name : undefined
  const amount = [details?.actual, details?.amount, details?.requested].find((one) => typeof one === 'string')
  const money = typeof amount === 'string' ? parseYuan(amount) : undefined
  return [game, name, money === undefined ? undefined : formatYuan(money)].filter(Boolean).join(' · ')
}
