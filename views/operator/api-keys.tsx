import { type Instant, iso } from '#src/core/time'
import { ConfirmForm, ConfirmLink } from '../components/confirm'
import { Facts } from '../components/facts'
import { CsrfField, Field, Select, SubmitButton, TextArea } from '../components/form'
import { Moment } from '../components/moment'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { Secret } from '../components/secret'
import { Badge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { ApiKeyTabs } from './api-key-tabs'

/** Each form proves the password in a field of its own name, so that ids stay unique on the page. */
type KeyForm = 'show' | 'renew' | 'addresses'

export type ApiKeysProps = {
  /** First and last four characters. */
  masked: string
  generatedAt: Instant
  /** In clear, right after the password; `isNew` when it has just been made. */
  shown: { apiKey: string; isNew: boolean } | null
  lastUsed: { at: Instant; ip: string; siteName: string | null } | null
  previousUntil: Instant | null
  addresses: readonly string[]
  /** Where this visitor comes from, to be copied into the list. */
  ownAddress: string
  refused: { form: KeyForm; values: { overlap: string; addresses: string }; errors: Record<string, string>; message: string | null } | null
}

const OVERLAP_CHOICES = ['0', '3600', '86400', '604800'] as const

/** `/operator/api-keys`: the key, masked; shown, replaced and fenced in with the password. */
export function ApiKeysPage(props: ApiKeysProps) {
  const t = useText()
  return (
    <Layout title={t('nav.apiKeys')}>
      <ApiKeyTabs current="keys" />
      {props.refused?.message && (
        <Notice tone="bad" focus>
          <p>{props.refused.message}</p>
        </Notice>
      )}
      {props.shown && <ShownKey of={props.shown} />}
      <div class="columns even">
        <PresentKey {...props} />
        <Renewal {...props} />
      </div>
      <Addresses {...props} />
    </Layout>
  )
}

function ShownKey({ of }: { of: { apiKey: string; isNew: boolean } }) {
  const t = useText()
  return (
    <section class="panel" aria-labelledby="shown-title" tabIndex={-1} data-focus>
      <h2 id="shown-title">{of.isNew ? t('apiKeys.shown.new') : t('apiKeys.shown.present')}</h2>
      <Secret id="api-key-label" label={t('key.label')} value={of.apiKey} />
      <p class="muted">{t('apiKeys.shown.note')}</p>
    </section>
  )
}

function PresentKey(props: ApiKeysProps) {
  const t = useText()
  const { lastUsed, previousUntil } = props
  const errors = props.refused?.form === 'show' ? props.refused.errors : {}
  return (
    <Panel id="present" title={t('apiKeys.present')}>
      <Facts
        rows={[
          { label: t('key.label'), value: <code>{props.masked}</code> },
          { label: t('apiKeys.generated'), value: <Moment at={props.generatedAt} /> },
          { label: t('apiKeys.lastUsed'), value: lastUsed ? <LastUsed of={lastUsed} /> : t('apiKeys.lastUsed.never') },
          ...(previousUntil ? [{ label: t('apiKeys.previous'), value: <Previous until={previousUntil} /> }] : []),
        ]}
      />
      <form method="post" action="/operator/api-keys/show" class="form inline" data-once>
        <CsrfField />
        <Field
          name="show_password"
          type="password"
          label={t('apiKeys.password')}
          error={errors.password}
          autocomplete="current-password"
          maxLength={128}
        />
        <button type="submit" class="button" data-sending={t('form.sending')}>
          {t('apiKeys.show')}
        </button>
      </form>
      <p class="muted">{t('apiKeys.show.note')}</p>
    </Panel>
  )
}

function LastUsed({ of }: { of: NonNullable<ApiKeysProps['lastUsed']> }) {
  return (
    <>
      <Moment at={of.at} seconds /> · <code>{of.ip}</code>
      {of.siteName !== null && (
        <>
          {' '}
          · <bdi>{of.siteName}</bdi>
        </>
      )}
    </>
  )
}

function Previous({ until }: { until: Instant }) {
  const t = useText()
  return (
    <span class="with-badge">
      <Badge tone="warn">{t('apiKeys.previous.good')}</Badge>
      <span>
        {t('apiKeys.previous.until')} <Moment at={until} seconds />
      </span>
      <ConfirmLink
        id="end-previous"
        href="/operator/api-keys/end-previous"
        label={t('apiKeys.previous.end')}
        look="link"
        title={t('apiKeys.previous.end.title')}
        action="/operator/api-keys/end-previous"
        verb={t('apiKeys.previous.end')}
        back="/operator/api-keys"
      >
        <p>{t('apiKeys.previous.end.effect')}</p>
      </ConfirmLink>
    </span>
  )
}

/** Asks before the replaced key ends, where no dialog could. */
export function EndPreviousKeyPage() {
  const t = useText()
  return (
    <Layout title={t('apiKeys.previous.end.title')} trail={[{ href: '/operator/api-keys', label: t('nav.apiKeys') }]}>
      <section class="panel medium">
        <ConfirmForm id="end" action="/operator/api-keys/end-previous" verb={t('apiKeys.previous.end')} back="/operator/api-keys">
          <p>{t('apiKeys.previous.end.effect')}</p>
        </ConfirmForm>
      </section>
    </Layout>
  )
}

function Renewal({ generatedAt, refused }: ApiKeysProps) {
  const t = useText()
  const own = refused?.form === 'renew' ? refused : null
  return (
    <Panel id="renew" title={t('apiKeys.renew')}>
      <p class="muted">{t('apiKeys.renew.effect')}</p>
      <form method="post" action="/operator/api-keys/renew" class="form" data-once>
        <CsrfField />
        <input type="hidden" name="replaces" value={iso(generatedAt)} />
        <Select
          name="overlap"
          label={t('apiKeys.overlap')}
          hint={t('apiKeys.overlap.hint')}
          value={own?.values.overlap ?? '0'}
          error={own?.errors.overlap}
          options={OVERLAP_CHOICES.map((value) => ({ value, label: t(`apiKeys.overlap.${value}`) }))}
        />
        <Field
          name="renew_password"
          type="password"
          label={t('apiKeys.password')}
          error={own?.errors.password}
          autocomplete="current-password"
          maxLength={128}
        />
        <div class="form-actions">
          <button type="submit" class="button danger" data-sending={t('form.sending')}>
            {t('apiKeys.renew.verb')}
          </button>
        </div>
      </form>
    </Panel>
  )
}

function Addresses({ addresses, ownAddress, refused }: ApiKeysProps) {
  const t = useText()
  const own = refused?.form === 'addresses' ? refused : null
  return (
    <Panel
      id="allow-list"
      title={t('apiKeys.addresses')}
      note={addresses.length === 0 ? t('apiKeys.addresses.off') : t('apiKeys.addresses.on')}
    >
      <p class="muted">{t('apiKeys.addresses.effect')}</p>
      <form method="post" action="/operator/api-keys/addresses" class="form narrow" data-once>
        <CsrfField />
        <TextArea
          name="addresses"
          label={t('apiKeys.addresses.label')}
          hint={t('apiKeys.addresses.hint', { address: ownAddress })}
          value={own?.values.addresses ?? addresses.join('\n')}
          error={own?.errors.addresses}
          optional
          maxLength={2_000}
          rows={4}
        />
        <Field
          name="addresses_password"
          type="password"
          label={t('apiKeys.password')}
          error={own?.errors.password}
          autocomplete="current-password"
          maxLength={128}
        />
        <div class="form-actions">
          <SubmitButton>{t('apiKeys.addresses.save')}</SubmitButton>
        </div>
      </form>
    </Panel>
  )
}
