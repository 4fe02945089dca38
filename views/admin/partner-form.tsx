import type { Uuid } from '#src/core/ids'
import { CsrfField, ErrorSummary, Field, SubmitButton, TextArea } from '../components/form'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { Refused, wrongFields } from './operator-frame'
import { partnerPath } from './partners'

export const SCOPES = ['wallet:read', 'wallet:credit', 'wallet:debit', 'wallet:transfer', 'wallet:freeze', 'wallet:reverse'] as const

export type PartnerValues = {
  platform: string
  name: string
  scopes: readonly string[]
  /** One a line. */
  origins: string
  signatureRequired: boolean
  rateLimitPerMinute: string
}

export type PartnerFormProps = {
  /** Null for one that is being made. */
  partner: { id: Uuid; name: string } | null
  values: PartnerValues
  errors: Record<string, string>
  message: string | null
}

const FIELDS = ['platform', 'name', 'scopes', 'origins', 'rateLimitPerMinute'] as const
const LABELS = { platform: 'platform', name: 'name', scopes: 'scopes', origins: 'origins', rateLimitPerMinute: 'rate' } as const

/** `/admin/partners/new` and `…/edit`. */
export function PartnerFormPage({ partner, values, errors, message }: PartnerFormProps) {
  const t = useText()
  const wrong = wrongFields(FIELDS, errors, (name) => t(`partners.${LABELS[name]}`))
  const back = partner ? partnerPath(partner.id) : '/admin/partners'
  return (
    <Layout
      title={partner ? t('partners.edit') : t('partners.new')}
      trail={[{ href: '/admin/partners', label: t('partners.title') }, ...(partner ? [{ href: back, label: partner.name }] : [])]}
    >
      <section class="panel medium">
        <Refused message={message} />
        <ErrorSummary errors={wrong} />
        <form method="post" action={partner ? `${back}/edit` : '/admin/partners/new'} class="form" data-once noValidate={wrong.length > 0}>
          <CsrfField />
          {!partner && (
            <Field
              name="platform"
              label={t('partners.platform')}
              hint={t('partners.platform.hint')}
              value={values.platform}
              error={errors.platform}
              autocomplete="off"
              maxLength={32}
            />
          )}
          <Field name="name" label={t('partners.name')} value={values.name} error={errors.name} autocomplete="off" maxLength={64} />
          <Scopes chosen={values.scopes} error={errors.scopes} />
          <TextArea
            name="origins"
            label={t('partners.origins')}
            hint={t('partners.origins.hint')}
            value={values.origins}
            error={errors.origins}
            maxLength={2_000}
            optional
          />
          <Field
            name="rateLimitPerMinute"
            label={t('partners.rate')}
            value={values.rateLimitPerMinute}
            error={errors.rateLimitPerMinute}
            autocomplete="off"
            inputMode="numeric"
            maxLength={8}
          />
          <div class="field">
            <label class="check">
              <input type="checkbox" name="signatureRequired" value="true" checked={values.signatureRequired} />
              <span>{t('partners.signature')}</span>
            </label>
            <p class="field-hint">{t('partners.signature.hint')}</p>
          </div>
          <div class="form-actions">
            <SubmitButton>{partner ? t('partners.save') : t('partners.create')}</SubmitButton>
            <a class="button" href={back}>
              {t('form.cancel')}
            </a>
          </div>
        </form>
      </section>
    </Layout>
  )
}

function Scopes({ chosen, error }: { chosen: readonly string[]; error: string | undefined }) {
  const t = useText()
  return (
    <fieldset class="radios" id="scopes" tabIndex={-1} aria-describedby={error ? 'scopes-error' : undefined}>
      <legend>{t('partners.scopes')}</legend>
      {SCOPES.map((scope) => (
        <label key={scope} class="check">
          <input type="checkbox" name={`scope.${scope}`} value="true" checked={chosen.includes(scope)} />
          <span>{t(`partners.scope.${scope}`)}</span>
        </label>
      ))}
      {error && (
        <p class="field-error" id="scopes-error">
          {error}
        </p>
      )}
    </fieldset>
  )
}
