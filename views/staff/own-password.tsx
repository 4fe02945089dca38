import { CsrfField, ErrorSummary, Field, SubmitButton } from '../components/form'
import { Notice } from '../components/notice'
import { useText } from '../page-context'
import { DutyFrame } from './duty-frame'

type PasswordField = 'old_password' | 'new_password' | 'password_repeat'
export type OwnPasswordProps = {
  /** The present one was given by somebody else: nothing else is open until it is changed. */
  isDuty: boolean
  next: string
  errors: Partial<Record<PasswordField, string>>
  message: string | null
}

const FIELDS = [
  ['old_password', 'current-password', 128],
  ['new_password', 'new-password', 32],
  ['password_repeat', 'new-password', 32],
] as const

/** `/staff/security/password`: passwords are never sent back. */
export function OwnPasswordPage({ isDuty, next, errors, message }: OwnPasswordProps) {
  const t = useText()
  const wrong = FIELDS.flatMap(([name]) =>
    errors[name] === undefined ? [] : [{ name, label: t(`ownPassword.${name}`), message: errors[name] }],
  )
  return (
    <DutyFrame title={t(isDuty ? 'ownPassword.duty' : 'ownPassword.title')} isDuty={isDuty}>
      <p class="muted">{t(isDuty ? 'ownPassword.duty.why' : 'ownPassword.effect')}</p>
      {message !== null && (
        <Notice tone="bad" focus>
          <p>{message}</p>
        </Notice>
      )}
      <ErrorSummary errors={wrong} />
      <form method="post" action="/staff/security/password" class="form narrow" data-once noValidate={wrong.length > 0}>
        <CsrfField />
        <input type="hidden" name="next" value={next} />
        {FIELDS.map(([name, autocomplete, maxLength]) => (
          <Field
            key={name}
            name={name}
            type="password"
            label={t(`ownPassword.${name}`)}
            hint={name === 'new_password' ? t('ownPassword.hint') : undefined}
            error={errors[name]}
            autocomplete={autocomplete}
            maxLength={maxLength}
          />
        ))}
        <div class="form-actions">
          <SubmitButton>{t('ownPassword.verb')}</SubmitButton>
        </div>
      </form>
    </DutyFrame>
  )
}
