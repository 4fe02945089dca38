import type { Instant } from '#src/core/time'
import type { Seat } from '#src/permissions/permissions'
import { Facts } from '../components/facts'
import { Moment } from '../components/moment'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { EndOthersLink, EndSignInForm, type SignIn, SignInList, type SignInsProps } from '../components/sign-in-list'
import { Badge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { SEAT_WORDS } from './seat'

export type SecurityProps = SignInsProps & {
  username: string
  seat: Seat
  phone: { since: Instant | null; codesLeft: number } | null
  /** The post cannot do without one. */
  needsPhone: boolean
}

const PLACES = { at: '/staff/security/sessions', back: '/staff/security' }
const FEW_CODES = 3

/** `/staff/security`: how one of our people proves who they are, and where they are signed in. */
export function SecurityPage(props: SecurityProps) {
  const { phone } = props
  const t = useText()
  const places = { ...PLACES, othersEffect: t('security.others.effect') }
  return (
    <Layout title={t('security.title')} action={<EndOthersLink {...props} {...places} />}>
      {phone && phone.codesLeft <= FEW_CODES && (
        <Notice tone="warn" title={t('security.codes.few', { count: phone.codesLeft })}>
          <p>{t('security.codes.few.next')}</p>
        </Notice>
      )}
      <Panel id="account" title={t('security.account')}>
        <Facts
          wide
          rows={[
            { label: t('security.username'), value: <bdi>{props.username}</bdi> },
            { label: t('security.seat'), value: t(SEAT_WORDS[props.seat]) },
            { label: t('security.password'), value: <a href="/staff/security/password">{t('security.password.change')}</a> },
          ]}
        />
      </Panel>
      <PhonePanel {...props} />
      <SignInList {...props} {...places} />
    </Layout>
  )
}

function PhonePanel({ phone, needsPhone }: SecurityProps) {
  const t = useText()
  return (
    <Panel id="phone" title={t('security.phone')} note={needsPhone && t('security.phone.needed')}>
      {phone ? (
        <Facts
          wide
          rows={[
            { label: t('security.phone'), value: <Badge tone="ok">{t('security.phone.on')}</Badge> },
            { label: t('security.phone.since'), value: phone.since ? <Moment at={phone.since} /> : '–' },
            { label: t('security.codes'), value: t('security.codes.left', { count: phone.codesLeft }) },
          ]}
        />
      ) : (
        <p>
          <Badge tone={needsPhone ? 'warn' : 'neutral'}>{t('security.phone.off')}</Badge>
        </p>
      )}
      <p class="form-actions">
        <a class={phone ? 'button' : 'button primary'} href="/staff/security/totp">
          {t(phone ? 'security.phone.replace' : 'security.phone.enrol')}
        </a>
        {phone && (
          <a class="button" href="/staff/security/recovery-codes">
            {t('security.codes.renew')}
          </a>
        )}
        {phone && !needsPhone && (
          <a class="button" href="/staff/security/removal">
            {t('security.phone.remove')}
          </a>
        )}
      </p>
    </Panel>
  )
}

/** Asks before a sign-in is ended, where no dialog could; without one, before all others are. */
export function EndOwnSignInPage({ signIn }: { signIn: SignIn | null }) {
  const t = useText()
  const title = signIn ? t('account.sessions.end.title') : t('account.sessions.endOthers.title')
  return (
    <Layout title={title} trail={[{ href: PLACES.back, label: t('security.title') }]}>
      <EndSignInForm signIn={signIn} {...PLACES} othersEffect={t('security.others.effect')} />
    </Layout>
  )
}
