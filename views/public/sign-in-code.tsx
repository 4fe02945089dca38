import { CsrfField, Field, SubmitButton } from '../components/form'
import { Notice } from '../components/notice'
import { useText } from '../page-context'
import { PublicLayout } from '../public-layout'

export type SignInCodeProps = {
  kind: 'admin' | 'finance'
  /** Says that the password was right, for five minutes; opens nothing by itself. */
  ticket: string
  next: string | null
  errors: { totp_code?: string; recovery_code?: string }
  message: string | null
}

/** The second step of a sign-in: the code of the phone, or a recovery code where it is gone. */
export function SignInCodePage({ kind, ticket, next, errors, message }: SignInCodeProps) {
  const t = useText()
  return (
    <PublicLayout title={t('signInCode.title')} width="narrow" switches={false}>
      <div class="card">
        <h1>{t('signInCode.title')}</h1>
        <p class="muted">{t('signInCode.lead')}</p>
        {message !== null && (
          <Notice tone="warn" focus>
            <p>{message}</p>
          </Notice>
        )}
        <form method="post" action={`/${kind}/login`} class="form" data-once noValidate>
          <CsrfField />
          <input type="hidden" name="ticket" value={ticket} />
          {next !== null && <input type="hidden" name="next" value={next} />}
          <Field
            name="totp_code"
            label={t('stepUp.code')}
            error={errors.totp_code}
            autocomplete="one-time-code"
            inputMode="numeric"
            maxLength={6}
          />
          <details class="more" open={errors.recovery_code !== undefined}>
            <summary>{t('signInCode.recovery')}</summary>
            <Field
              name="recovery_code"
              label={t('signInCode.recovery.label')}
              hint={t('signInCode.recovery.hint')}
              error={errors.recovery_code}
              autocomplete="off"
              maxLength={40}
              optional
            />
          </details>
          <SubmitButton>{t('signInCode.verb')}</SubmitButton>
        </form>
      </div>
      <p class="card-foot">
        <a href={`/${kind}/login`}>{t('signInCode.again')}</a>
      </p>
    </PublicLayout>
  )
}
