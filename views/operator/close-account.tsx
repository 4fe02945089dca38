import { showId, type Uuid } from '#src/core/ids'
import { formatYuan, type Money, ZERO } from '#src/core/money'
import { ShortId } from '../components/copy'
import { CsrfField, ErrorSummary, Field, TextArea } from '../components/form'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { PublicLayout } from '../public-layout'
import { AccountTabs } from './account-tabs'
import { ownPage } from './own-page'

type CloseField = 'username' | 'password' | 'reason'
export type CloseAccountProps = {
  username: string
  balance: Money
  /** What is unfinished; the account cannot be closed before it is. */
  openItems: readonly { kind: 'refund' | 'invoice' | 'order'; id: Uuid }[]
  values: { username: string; reason: string }
  errors: Partial<Record<CloseField, string>>
  message: string | null
}

const EFFECTS = ['login', 'key', 'history', 'final'] as const

/** `/operator/close`: what closing means, what stands in its way, and the form that does it. */
export function CloseAccountPage(props: CloseAccountProps) {
  const t = useText()
  const barred = props.balance > ZERO || props.openItems.length > 0
  return (
    <Layout title={t('account.tabs.close')} trail={[{ href: '/operator/profile', label: t('nav.account') }]}>
      <AccountTabs current="close" />
      {props.message !== null && (
        <Notice tone="bad" focus>
          <p>{props.message}</p>
        </Notice>
      )}
      <Panel id="close" title={t('account.close.title')}>
        <ul class="bullets">
          {EFFECTS.map((effect) => (
            <li key={effect}>{t(`account.close.effect.${effect}`)}</li>
          ))}
        </ul>
        {props.balance > ZERO && (
          <Notice tone="warn" title={t('account.close.balance', { balance: formatYuan(props.balance) })}>
            <p>{t('account.close.balance.next')}</p>
            <p>
              <a href="/operator/refunds/new">{t('account.close.balance.refund')}</a>
            </p>
          </Notice>
        )}
        {props.openItems.length > 0 && <OpenItems of={props.openItems} />}
        {!barred && <CloseForm {...props} />}
      </Panel>
    </Layout>
  )
}

function OpenItems({ of }: { of: CloseAccountProps['openItems'] }) {
  const t = useText()
  return (
    <Notice tone="warn" title={t('account.close.open')}>
      <ul>
        {of.map(({ kind, id }) => (
          <li key={id}>
            <a href={ownPage(kind, id)!}>{t(`account.close.open.${kind}`)}</a> <ShortId id={showId(kind, id)} />
          </li>
        ))}
      </ul>
    </Notice>
  )
}

/** The typed name stands against a slip of the hand, the password against a borrowed session. */
function CloseForm({ username, values, errors }: CloseAccountProps) {
  const t = useText()
  const names = ['username', 'password', 'reason'] as const
  const wrong = names.flatMap((name) =>
    errors[name] === undefined ? [] : [{ name, label: t(`account.close.${name}`), message: errors[name] }],
  )
  return (
    <form method="post" action="/operator/close" class="form narrow" data-once noValidate={wrong.length > 0}>
      <CsrfField />
      <ErrorSummary errors={wrong} />
      <Field
        name="username"
        label={t('account.close.username')}
        hint={t('account.close.username.hint', { username })}
        value={values.username}
        error={errors.username}
        autocomplete="off"
        maxLength={20}
      />
      <Field
        name="password"
        type="password"
        label={t('account.close.password')}
        error={errors.password}
        autocomplete="current-password"
        maxLength={128}
      />
      <TextArea
        name="reason"
        label={t('account.close.reason')}
        value={values.reason}
        error={errors.reason}
        optional
        maxLength={200}
        rows={2}
      />
      <div class="form-actions">
        <button type="submit" class="button danger" data-sending={t('form.sending')}>
          {t('account.close.verb')}
        </button>
      </div>
    </form>
  )
}

/** What is left to say; nobody is signed in any more. */
export function AccountClosedPage({ username }: { username: string }) {
  const t = useText()
  return (
    <PublicLayout title={t('account.closed.title')} width="narrow">
      <div class="card">
        <h1>{t('account.closed.title')}</h1>
        <p>
          <bdi>{t('account.closed.text', { username })}</bdi>
        </p>
        <p>
          <a href="/">{t('signIn.home')}</a>
        </p>
      </div>
    </PublicLayout>
  )
}
