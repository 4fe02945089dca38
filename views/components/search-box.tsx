import { useText } from '../page-context'
import { Icon } from './icon'

/** In the top bar: a form on a desktop, a link to the same page on a phone. Ctrl+K and ⌘K lead here (views/assets/keys.js). */
export function SearchBox({ action }: { action: string }) {
  const t = useText()
  return (
    <>
      <search class="search-box">
        <form method="get" action={action}>
          <Icon name="search" />
          <input
            type="search"
            name="q"
            aria-label={t('search.title')}
            placeholder={t(action.startsWith('/operator/') ? 'search.placeholder' : 'search.placeholder.staff')}
            maxLength={128}
            autocomplete="off"
            spellcheck={false}
            data-search
          />
          <span class="key" aria-hidden="true">
            Ctrl K
          </span>
        </form>
      </search>
      <a class="search-link" href={action} title={t('search.title')}>
        <Icon name="search" size={20} />
        <span class="sr-only">{t('search.title')}</span>
      </a>
    </>
  )
}
