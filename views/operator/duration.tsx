import { useText } from '../page-context'

/** How long a game took; nobody may have said yet. */
export function Duration({ seconds }: { seconds: number | null }) {
  const t = useText()
  if (seconds === null) return <span class="muted">{t('usage.duration.open')}</span>
  if (seconds < 60) return <>{t('usage.duration.seconds', { seconds })}</>
  return <>{t('usage.duration.minutes', { minutes: Math.floor(seconds / 60), seconds: seconds % 60 })}</>
}
