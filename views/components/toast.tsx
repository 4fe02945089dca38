import type { DoneKey } from '#src/core/text'
import { useText } from '../page-context'
import { Icon } from './icon'

/**
 * What was just done, after a form was sent and the page came back (`redirect(path, done('sites.done.created'))` in src/page.ts).
 * Success only: errors stay in the page. Goes after 5 seconds, waits while it is pointed at; without JavaScript it stays.
 */
export function Toast({ words }: { words: DoneKey }) {
  const t = useText()
  return (
    <p class="toast ok" role="status" data-toast>
      <Icon name="circle-check" />
      {t(words)}
    </p>
  )
}
