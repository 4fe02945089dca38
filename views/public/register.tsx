import type { PlainKey } from '#src/core/text'
import { CsrfField, ErrorSummary, Field, type FieldProps, SubmitButton } from '../components/form'
import { Notice } from '../components/notice'
import { useText } from '../page-context'
import { PublicLayout } from '../public-layout'

type RegisterField = 'username' | 'password' | 'password_repeat' | 'name' | 'phone' | 'email'

export type RegisterProps = {
  /** Kept from the last attempt; passwords never are. */
  values: { username: string; name: string; phone: string; email: string }
  errors: Partial<Record<RegisterField, string>>
  /** A refusal that belongs to no field, such as too many attempts. */
  message: string | null
}

type Row = Omit<FieldProps, 'name' | 'label' | 'hint' | 'value' | 'error'> & { name: RegisterField; label: PlainKey; hint?: PlainKey }

const LOGIN: readonly Row[] = [
  { name: 'username', label: 'register.username', hint: 'register.username.hint', autocomplete: 'username', maxLength: 20 },
  {
    name: 'password',
    label: 'register.password',
    hint: 'register.password.hint',
    type: 'password',
    autocomplete: 'new-password',
    maxLength: 32,
  },
  { name: 'password_repeat', label: 'register.repeat', type: 'password', autocomplete: 'new-password', maxLength: 32 },
]

const CONTACT: readonly Row[] = [
  { name: 'name', label: 'register.name', hint: 'register.name.hint', autocomplete: 'organization', maxLength: 50 },
  {
    name: 'phone',
    label: 'register.phone',
    hint: 'register.phone.hint',
    type: 'tel',
    autocomplete: 'tel-national',
    inputMode: 'tel',
    maxLength: 11,
  },
  {
    name: 'email',
    label: 'register.email',
    hint: 'register.email.hint',
    type: 'email',
    autocomplete: 'email',
    inputMode: 'email',
    maxLength: 128,
  },
]

/** `/operator/register`; a refused form comes back with everything but the passwords. */
export function RegisterPage({ values, errors, message }: RegisterProps) {
  const t = useText()
  const wrong = [...LOGIN, ...CONTACT].flatMap(({ name, label }) =>
    errors[name] === undefined ? [] : [{ name, label: t(label), message: errors[name] }],
  )
  const field = ({ label, hint, ...row }: Row) => (
    <Field
      key={row.name}
      {...row}
      label={t(label)}
      hint={hint && t(hint)}
      error={errors[row.name]}
      value={row.type === 'password' ? undefined : (values as Partial<Record<RegisterField, string>>)[row.name]}
    />
  )
  return (
    <PublicLayout title={t('register.title')} width="medium">
      <div class="card">
        <h1>{t('register.title')}</h1>
        <p class="muted">{t('register.lead')}</p>
        {message !== null && (
          <Notice tone="bad" focus>
            <p>{message}</p>
          </Notice>
        )}
        <ErrorSummary errors={wrong} />
        <form method="post" action="/operator/register" class="form" data-once noValidate={wrong.length > 0}>
          <CsrfField />
          <div class="form-columns">
            <fieldset>
              <legend>{t('register.group.login')}</legend>
              {LOGIN.map(field)}
            </fieldset>
            <fieldset>
              <legend>{t('register.group.contact')}</legend>
              {CONTACT.map(field)}
            </fieldset>
          </div>
          <SubmitButton>{t('register.submit')}</SubmitButton>
        </form>
      </div>
      <p class="card-foot">
        {t('register.haveAccount')} <a href="/operator/login">{t('signIn.operator')}</a>
      </p>
    </PublicLayout>
  )
}
