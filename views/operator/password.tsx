import { CsrfField, ErrorSummary, Field, SubmitButton } from '../components/form'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { AccountTabs } from './account-tabs'

type PasswordField = 'old_password' | 'new_password' | 'password_repeat'
export type PasswordProps = { errors: Partial<Record<PasswordField, string>>; message: string | null }

const FIELDS = [
  ['old_password', 'current-password', 128],
  ['new_password', 'new-password', 32],
  ['password_repeat', 'new-password', 32],
] as const

/** `/operator/password`: passwords are never sent back. */
export function PasswordPage({ errors, message }: PasswordProps) {
  const t = useText()
  const wrong = FIELDS.flatMap(([name]) =>
    errors[name] === undefined ? [] : [{ name, label: t(`account.${name}`), message: errors[name] }],
  )
  return (
    <Layout title={t('account.tabs.password')} trail={[{ href: '/operator/profile', label: t('nav.account') }]}>
      <AccountTabs current="password" />
      <Panel id="password" title={t('account.password.title')}>
        <p class="muted">{t('account.password.effect')}</p>
        {message !== null && (
          <Notice tone="bad" focus>
            <p>{message}</p>
          </Notice>
        )}
        <ErrorSummary errors={wrong} />
        <form method="post" action="/operator/password" class="form narrow" data-once noValidate={wrong.length > 0}>
          <CsrfField />
          {FIELDS.map(([name, autocomplete, maxLength]) => (
            <Field
              key={name}
              name={name}
              type="password"
              label={t(`account.${name}`)}
              hint={name === 'new_password' ? t('register.password.hint') : undefined}
              error={errors[name]}
              autocomplete={autocomplete}
              maxLength={maxLength}
            />
          ))}
          <div class="form-actions">
            <SubmitButton>{t('account.password.save')}</SubmitButton>
          </div>
        </form>
      </Panel>
    </Layout>
  )
}
