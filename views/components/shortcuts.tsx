import { goKey, navigationFor } from '../navigation'
import { type PageContext, useText } from '../page-context'
import { Icon } from './icon'

type Viewer = NonNullable<PageContext['viewer']>

/** What the keys do, opened by `?`; views/assets/keys.js listens. They can be switched off here, for this browser. */
export function Shortcuts({ viewer }: { viewer: Viewer }) {
  const t = useText()
  const keys = [
    [['Ctrl', 'K'], t('keys.search')],
    [['/'], t('keys.filter')],
    [['j'], t('keys.next')],
    [['k'], t('keys.previous')],
    [['Enter'], t('keys.open')],
    [['?'], t('keys.list')],
  ] as const
  return (
    <dialog id="shortcuts" class="dialog shortcuts" aria-labelledby="shortcuts-title">
      <form method="dialog" class="shortcuts-head">
        <h2 id="shortcuts-title">{t('keys.title')}</h2>
        <button type="submit" class="icon-button" aria-label={t('keys.close')} title={t('keys.close')}>
          <Icon name="x" size={20} />
        </button>
      </form>
      <dl class="shortcuts-list">
        {keys.map(([pressed, words]) => (
          <div key={words}>
            <dt>
              {pressed.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
        {navigationFor(viewer).map(
          (row) =>
            goKey(row.href) && (
              <div key={row.href}>
                <dt>
                  <kbd>g</kbd>
                  <kbd>{goKey(row.href)}</kbd>
                </dt>
                <dd>{t(row.label)}</dd>
              </div>
            ),
        )}
      </dl>
      <label class="check">
        <input type="checkbox" data-keys-switch />
        <span>{t('keys.on')}</span>
      </label>
    </dialog>
  )
}
