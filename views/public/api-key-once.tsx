import { Notice } from '../components/notice'
import { Secret } from '../components/secret'
import { useText } from '../page-context'
import { PublicLayout } from '../public-layout'

export type ApiKeyOnceProps = { username: string; apiKey: string }

/** The answer to a registration: the only time the key is shown. The browser itself asks for the tick before going on. */
export function ApiKeyOncePage({ username, apiKey }: ApiKeyOnceProps) {
  const t = useText()
  return (
    <PublicLayout title={t('key.title')} width="medium" switches={false}>
      <div class="card">
        <h1>{t('key.title')}</h1>
        <p class="muted">
          <bdi>{t('key.lead', { username })}</bdi>
        </p>
        <Notice tone="warn">
          <p>{t('key.once')}</p>
        </Notice>
        <Secret id="api-key-label" label={t('key.label')} value={apiKey} />
        <form method="get" action="/operator/" class="form">
          <label class="check">
            <input type="checkbox" required />
            <span>{t('key.saved')}</span>
          </label>
          <button type="submit" class="button primary">
            {t('key.continue')}
          </button>
        </form>
      </div>
    </PublicLayout>
  )
}
