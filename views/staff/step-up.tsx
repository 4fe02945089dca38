import { CsrfField, Field } from '../components/form'
import { Notice } from '../components/notice'
import { Layout } from '../layout'
import { useText } from '../page-context'

/** The names of the proof's fields; whatever else a form brings is passed on to its own page. */
export const STEP_UP_FIELDS = { code: 'step_up_code', password: 'step_up_password' } as const

export type StepUpProps = {
  /** Where the form goes: the page that asked for a proof, or the step-up page with `next` in the fields. */
  action: string
  /** What was already filled in; it is sent on together with the proof. */
  fields: Readonly<Record<string, string>>
  hasTotp: boolean
  minutes: number
  /** The form had a file, which cannot be kept. */
  losesFile: boolean
  errors: { step_up_code?: string; step_up_password?: string }
  message: string | null
}

/** Asks who is at the keyboard before money moves or a key is shown; nothing that was filled in is lost over it. */
export function StepUpPage({ action, fields, hasTotp, minutes, losesFile, errors, message }: StepUpProps) {
  const t = useText()
  const byPassword = errors.step_up_password !== undefined
  return (
    <Layout title={t('stepUp.title')}>
      <section class="panel medium" aria-label={t('stepUp.title')}>
        <p>{t('stepUp.why', { minutes })}</p>
        {losesFile && (
          <Notice tone="warn">
            <p>{t('stepUp.file')}</p>
          </Notice>
        )}
        {message !== null && (
          <Notice tone="bad" focus>
            <p>{message}</p>
          </Notice>
        )}
        <form method="post" action={action} class="form narrow" data-once>
          <CsrfField />
          {Object.entries(fields).map(([name, value]) => (
            <input key={name} type="hidden" name={name} value={value} />
          ))}
          {hasTotp && <CodeField error={errors.step_up_code} />}
          {hasTotp ? (
            <details class="more" open={byPassword}>
              <summary>{t('stepUp.byPassword')}</summary>
              <PasswordField error={errors.step_up_password} optional />
            </details>
          ) : (
            <PasswordField error={errors.step_up_password} />
          )}
          <div class="form-actions">
            <button type="submit" class="button primary" data-sending={t('form.sending')}>
              {t('stepUp.verb')}
            </button>
          </div>
        </form>
      </section>
    </Layout>
  )
}

function CodeField({ error }: { error?: string | undefined }) {
  const t = useText()
  return (
    <Field
      name={STEP_UP_FIELDS.code}
      label={t('stepUp.code')}
      hint={t('stepUp.code.hint')}
      error={error}
      autocomplete="one-time-code"
      inputMode="numeric"
      maxLength={6}
      optional
    />
  )
}

function PasswordField({ error, optional = false }: { error?: string | undefined; optional?: boolean }) {
  const t = useText()
  return (
    <Field
      name={STEP_UP_FIELDS.password}
      type="password"
      label={t('stepUp.password')}
      error={error}
      autocomplete="current-password"
      maxLength={128}
      optional={optional}
    />
  )
}
