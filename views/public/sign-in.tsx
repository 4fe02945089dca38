import { CsrfField, Field, SubmitButton } from '../components/form'
import { Notice } from '../components/notice'
import { useText } from '../page-context'
import { PublicLayout } from '../public-layout'

type SignInKind = 'operator' | 'admin' | 'finance'

export type SignInProps = {
  kind: SignInKind
  /** Kept from the last attempt; the password never is. */
  username: string
  /** Own path to go on to; checked again by whoever reads the form. */
  next: string | null
  /** `bad` for wrong credentials, locked, deactivated; `warn` where waiting helps; `info` for signed out or session over. */
  message: { tone: 'bad' | 'warn' | 'info'; text: string } | null
  /** Only ever given in development and test. */
  demoAccount: { username: string; password: string } | null
}

const KINDS: readonly SignInKind[] = ['operator', 'admin', 'finance']

/** Sign-in of one kind of account; posts back to its own address. */
export function SignInPage({ kind, username, next, message, demoAccount }: SignInProps) {
  const t = useText()
  return (
    <PublicLayout title={t(`signIn.${kind}`)} width="narrow">
      <div class="card">
        <h1>{t(`signIn.${kind}`)}</h1>
        <p class="muted">{t(`signIn.lead.${kind}`)}</p>
        {message && (
          <Notice tone={message.tone} focus={message.tone !== 'info'}>
            <p>{message.text}</p>
          </Notice>
        )}
        <form method="post" action={`/${kind}/login`} class="form" data-once>
          <CsrfField />
          {next !== null && <input type="hidden" name="next" value={next} />}
          <Field name="username" label={t('signIn.username')} value={username} autocomplete="username" maxLength={64} />
          <Field name="password" label={t('signIn.password')} type="password" autocomplete="current-password" maxLength={128} />
          <SubmitButton>{t('signIn.submit')}</SubmitButton>
        </form>
        {demoAccount && (
          <Notice tone="info" title={t('signIn.demo')}>
            <p>
              <code>{demoAccount.username}</code> / <code>{demoAccount.password}</code>
            </p>
          </Notice>
        )}
        <p class="field-hint">{t('signIn.forgotten')}</p>
      </div>
      {kind === 'operator' && (
        <p class="card-foot">
          {t('signIn.noAccount')} <a href="/operator/register">{t('signIn.register')}</a>
        </p>
      )}
      <nav class="card-foot" aria-label={t('signIn.other')}>
        {KINDS.filter((other) => other !== kind).map((other) => (
          <a key={other} href={`/${other}/login`}>
            {t(`signIn.${other}`)}
          </a>
        ))}
        <a href="/">{t('signIn.home')}</a>
      </nav>
    </PublicLayout>
  )
}
