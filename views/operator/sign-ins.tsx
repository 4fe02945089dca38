import type { Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import type { Instant } from '#src/core/time'
import { ConfirmForm, ConfirmLink } from '../components/confirm'
import { DataTable } from '../components/data-table'
import { deviceOf } from '../components/device'
import { EmptyState } from '../components/empty-state'
import { Moment } from '../components/moment'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { Badge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { AccountTabs } from './account-tabs'

export type SignIn = { id: Uuid; door: 'api' | 'pages'; ip: string; userAgent: string; createdAt: Instant; expiresAt: Instant }
export type SignInsProps = { signIns: Slice<SignIn>; present: Uuid }

const BACK = '/operator/sessions'

/** `/operator/sessions`: where the account is signed in, each to be ended from here. */
export function SignInsPage({ signIns, present }: SignInsProps) {
  const t = useText()
  const others = signIns.rows.some((row) => row.id !== present)
  return (
    <Layout
      title={t('account.tabs.sessions')}
      trail={[{ href: '/operator/profile', label: t('nav.account') }]}
      action={
        others && (
          <ConfirmLink
            id="end-others"
            href="/operator/sessions/others"
            label={t('account.sessions.endOthers')}
            icon="log-out"
            title={t('account.sessions.endOthers.title')}
            action="/operator/sessions/others"
            verb={t('account.sessions.endOthers')}
            back={BACK}
          >
            <p>{t('account.sessions.endOthers.effect')}</p>
          </ConfirmLink>
        )
      }
    >
      <AccountTabs current="sessions" />
      <Panel id="sessions" title={t('account.sessions.title')} note={t('account.sessions.note')}>
        <DataTable
          caption={t('account.sessions.title')}
          rows={signIns.rows}
          rowKey={(row) => row.id}
          empty={<EmptyState icon="monitor" title={t('account.sessions.empty')} next={t('account.sessions.emptyNext')} />}
          columns={[
            { head: t('account.sessions.device'), cell: (row) => <Device of={row} current={row.id === present} />, wide: true },
            { head: t('account.sessions.door'), cell: (row) => t(`account.sessions.door.${row.door}`) },
            { head: t('account.sessions.ip'), cell: (row) => <code>{row.ip}</code> },
            { head: t('account.sessions.since'), cell: (row) => <Moment at={row.createdAt} /> },
            { head: t('account.sessions.until'), cell: (row) => <Moment at={row.expiresAt} /> },
            { head: t('account.action'), cell: (row) => (row.id === present ? null : <EndLink of={row} />) },
          ]}
        />
        <Pager of={signIns} />
      </Panel>
    </Layout>
  )
}

function Device({ of, current }: { of: SignIn; current: boolean }) {
  const t = useText()
  return (
    <span class="with-badge">
      <bdi title={of.userAgent}>{deviceOf(of.userAgent)}</bdi>
      {current && <Badge tone="ok">{t('account.sessions.current')}</Badge>}
    </span>
  )
}

function EndLink({ of }: { of: SignIn }) {
  const t = useText()
  return (
    <ConfirmLink
      id={`end-${of.id}`}
      href={`/operator/sessions/${of.id}/end`}
      label={t('account.sessions.end')}
      look="link"
      title={t('account.sessions.end.title')}
      action={`/operator/sessions/${of.id}/end`}
      verb={t('account.sessions.end')}
      back={BACK}
    >
      <EndEffect of={of} />
    </ConfirmLink>
  )
}

function EndEffect({ of }: { of: SignIn }) {
  const t = useText()
  return (
    <>
      <p>
        <b>
          <bdi>{deviceOf(of.userAgent)}</bdi>
        </b>{' '}
        <code>{of.ip}</code> <Moment at={of.createdAt} />
      </p>
      <p>{t('account.sessions.end.effect')}</p>
    </>
  )
}

/** Asks before a sign-in is ended, where no dialog could; without one, before all others are. */
export function EndSignInPage({ signIn }: { signIn: SignIn | null }) {
  const t = useText()
  const title = signIn ? t('account.sessions.end.title') : t('account.sessions.endOthers.title')
  return (
    <Layout title={title} trail={[{ href: BACK, label: t('account.tabs.sessions') }]}>
      <section class="panel medium">
        <ConfirmForm
          id="end"
          action={signIn ? `/operator/sessions/${signIn.id}/end` : '/operator/sessions/others'}
          verb={signIn ? t('account.sessions.end') : t('account.sessions.endOthers')}
          back={BACK}
        >
          {signIn ? <EndEffect of={signIn} /> : <p>{t('account.sessions.endOthers.effect')}</p>}
        </ConfirmForm>
      </section>
    </Layout>
  )
}
