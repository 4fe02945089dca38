import { EndOthersLink, EndSignInForm, type SignIn, SignInList, type SignInsProps } from '../components/sign-in-list'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { AccountTabs } from './account-tabs'

const PLACES = { at: '/operator/sessions', back: '/operator/sessions' }

/** `/operator/sessions`: where the account is signed in, each to be ended from here. */
export function SignInsPage(props: SignInsProps) {
  const t = useText()
  const places = { ...PLACES, othersEffect: t('account.sessions.endOthers.effect') }
  return (
    <Layout
      title={t('account.tabs.sessions')}
      trail={[{ href: '/operator/profile', label: t('nav.account') }]}
      action={<EndOthersLink {...props} {...places} />}
    >
      <AccountTabs current="sessions" />
      <SignInList {...props} {...places} />
    </Layout>
  )
}

/** Asks before a sign-in is ended, where no dialog could; without one, before all others are. */
export function EndSignInPage({ signIn }: { signIn: SignIn | null }) {
  const t = useText()
  const title = signIn ? t('account.sessions.end.title') : t('account.sessions.endOthers.title')
  return (
    <Layout title={title} trail={[{ href: PLACES.back, label: t('account.tabs.sessions') }]}>
      <EndSignInForm signIn={signIn} {...PLACES} othersEffect={t('account.sessions.endOthers.effect')} />
    </Layout>
  )
}
