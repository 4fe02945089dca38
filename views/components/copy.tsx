import { useText } from '../page-context'
import { Icon } from './icon'

/** Copies `value`; shown by app.js, since without JavaScript it could do nothing. */
export function CopyButton({ value, words = false }: { value: string; words?: boolean }) {
  const t = useText()
  return (
    <button
      type="button"
      class={words ? 'button' : 'icon-button'}
      data-copy={value}
      data-copied={t('common.copied')}
      aria-label={words ? undefined : t('common.copy')}
      title={words ? undefined : t('common.copy')}
      hidden
    >
      <Icon name="copy" />
      {words && <span data-copy-label>{t('common.copy')}</span>}
    </button>
  )
}

const SHOWN_ENDS = 8

/** A long id cut in the middle, whole in its title and on the clipboard. */
export const ShortId = ({ id }: { id: string }) => (
  <span class="short-id">
    <code title={id}>{id.length > SHOWN_ENDS * 2 + 1 ? `${id.slice(0, SHOWN_ENDS)}…${id.slice(-SHOWN_ENDS)}` : id}</code>
    <CopyButton value={id} />
  </span>
)
