import type { Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import type { Instant } from '#src/core/time'
import { useText } from '../page-context'
import { ConfirmForm, ConfirmLink } from './confirm'
import { DataTable } from './data-table'
import { deviceOf } from './device'
import { EmptyState } from './empty-state'
import { Moment } from './moment'
import { Pager } from './pager'
import { Panel } from './panel'
import { Badge } from './status-badge'

export type SignIn = { id: Uuid; door: 'api' | 'pages'; ip: string; userAgent: string; createdAt: Instant; expiresAt: Instant }
export type SignInsProps = { signIns: Slice<SignIn>; present: Uuid }
/** `at` is the address under which sign-ins are ended, `back` the page that lists them, `othersEffect` what ending all others does. */
type Places = { at: string; back: string; othersEffect: string }

/** Where an account is signed in, each to be ended from here. */
export function SignInList({ signIns, present, ...places }: SignInsProps & Places) {
  const t = useText()
  return (
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
          { head: t('account.action'), action: true, cell: (row) => (row.id === present ? null : <EndLink of={row} {...places} />) },
        ]}
      />
      <Pager of={signIns} />
    </Panel>
  )
}

/** Ends all sign-ins but the present one; nothing where there is no other. */
export function EndOthersLink({ signIns, present, at, back, othersEffect }: SignInsProps & Places) {
  const t = useText()
  if (!signIns.rows.some((row) => row.id !== present)) return null
  return (
    <ConfirmLink
      id="end-others"
      href={`${at}/others`}
      label={t('account.sessions.endOthers')}
      icon="log-out"
      title={t('account.sessions.endOthers.title')}
      action={`${at}/others`}
      verb={t('account.sessions.endOthers')}
      back={back}
    >
      <p>{othersEffect}</p>
    </ConfirmLink>
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

function EndLink({ of, at, back }: { of: SignIn } & Pick<Places, 'at' | 'back'>) {
  const t = useText()
  return (
    <ConfirmLink
      id={`end-${of.id}`}
      href={`${at}/${of.id}/end`}
      label={t('account.sessions.end')}
      look="link"
      title={t('account.sessions.end.title')}
      action={`${at}/${of.id}/end`}
      verb={t('account.sessions.end')}
      back={back}
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
export function EndSignInForm({ signIn, at, back, othersEffect }: { signIn: SignIn | null } & Places) {
  const t = useText()
  return (
    <section class="panel medium" aria-label={t('account.sessions.end')}>
      <ConfirmForm
        id="end"
        action={signIn ? `${at}/${signIn.id}/end` : `${at}/others`}
        verb={signIn ? t('account.sessions.end') : t('account.sessions.endOthers')}
        back={back}
      >
        {signIn ? <EndEffect of={signIn} /> : <p>{othersEffect}</p>}
      </ConfirmForm>
    </section>
  )
}
