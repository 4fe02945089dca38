import type { Uuid } from '#src/core/ids'
import type { Instant } from '#src/core/time'
import type { Permission, Seat } from '#src/permissions/permissions'
import { DataTable } from '../components/data-table'
import { deviceOf } from '../components/device'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import type { SignIn } from '../components/sign-in-list'
import { Badge, StatusBadge } from '../components/status-badge'
import { Timeline } from '../components/timeline'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { GrantsForm } from './grants'
import { permissionWords, SEAT_WORDS } from './seat'
import { memberPath, type StaffDesk, useDeskTitle } from './staff-tabs'

export const MEMBER_ACTS = ['password', 'totp', 'sign-out', 'disable', 'enable'] as const
export type MemberAct = (typeof MEMBER_ACTS)[number]

type MemberView = {
  id: Uuid
  username: string
  name: string
  seat: Seat
  isActive: boolean
  hasPhone: boolean
  phoneSince: Instant | null
  passwordIsTemporary: boolean
  lastSignInAt: Instant | null
  createdAt: Instant
  /** When the row was last changed, as forms send it back. */
  seen: string
}

type Change = {
  id: Uuid
  operation: string
  actorName: string
  at: Instant
  details: unknown
}

export type MemberProps = {
  desk: StaffDesk
  member: MemberView
  /** What the post gives, what is granted, what the viewer may grant. */
  rights: { seat: readonly Permission[]; granted: readonly string[]; offered: readonly Permission[] }
  /** Why there are no controls: it is the viewer's own account, or it is super_admin's to manage. */
  closed: 'self' | 'superOnly' | null
  acts: readonly MemberAct[]
  /** Where the person is signed in now, newest first. */
  signIns: readonly SignIn[]
  changes: readonly Change[]
  /** Where the person works. */
  place: { department: string | null; headsDepartment: boolean; deputyName: string | null; email: string | null }
  message: string | null
}

/** `/admin/staff/:id`: one of our people, what they may do and what was done to their access. */
export function MemberPage(props: MemberProps) {
  const { desk, member, closed, message } = props
  const t = useText()
  return (
    <Layout
      title={member.name}
      trail={[{ href: desk, label: useDeskTitle(desk) }]}
      action={
        closed === null && (
          <a class="button" href={`${memberPath(desk, member.id)}/edit`}>
            {t('staff.edit')}
          </a>
        )
      }
    >
      {message !== null && (
        <Notice tone="bad" focus>
          <p>{message}</p>
        </Notice>
      )}
      {closed && <Closed why={closed} />}
      <Account {...props} />
      <GrantsForm {...props} />
      <SignIns of={props.signIns} />
      <Changes of={props.changes} />
    </Layout>
  )
}

function Closed({ why }: { why: 'self' | 'superOnly' }) {
  const t = useText()
  return (
    <Notice tone="info">
      <p>{t(why === 'self' ? 'staff.own' : 'staff.superOnly')}</p>
      {why === 'self' && (
        <p>
          <a href="/staff/security">{t('staff.own.link')}</a>
        </p>
      )}
    </Notice>
  )
}

const ACT_WORDS = {
  password: 'staff.password',
  totp: 'staff.totp',
  'sign-out': 'staff.signOut',
  disable: 'staff.disable',
  enable: 'staff.enable',
} as const

function Account({ desk, member, acts, place, closed }: MemberProps) {
  const t = useText()
  return (
    <Panel id="account" title={t('staff.account')}>
      <Facts
        wide
        rows={[
          { label: t('staff.username'), value: <bdi>{member.username}</bdi> },
          { label: t('staff.name'), value: <Name of={member.name} /> },
          { label: t('staff.seat'), value: t(SEAT_WORDS[member.seat]) },
          { label: t('staff.state'), value: <State of={member} /> },
          { label: t('staff.phone'), value: <Phone of={member} /> },
          {
            label: t('staff.lastSignIn'),
            value: member.lastSignInAt ? <Moment at={member.lastSignInAt} /> : t('staff.lastSignIn.never'),
          },
          { label: t('staff.created'), value: <Moment at={member.createdAt} /> },
          { label: t('staff.place.department'), value: <Department of={place} /> },
          { label: t('staff.place.deputy'), value: place.deputyName ? <Name of={place.deputyName} /> : '–' },
          { label: t('staff.place.email'), value: place.email ? <bdi>{place.email}</bdi> : '–' },
        ]}
      />
      {closed === null && (
        <nav class="form-actions" aria-label={t('staff.actions')}>
          <a class="button" href={`${memberPath(desk, member.id)}/place`}>
            {t('staff.place')}
          </a>
          {acts.map((act) => (
            <a key={act} class="button" href={`${memberPath(desk, member.id)}/${act}`}>
              {t(ACT_WORDS[act])}
            </a>
          ))}
        </nav>
      )}
    </Panel>
  )
}

function Department({ of }: { of: MemberProps['place'] }) {
  const t = useText()
  if (!of.department) return <>—</>
  return (
    <>
      <Name of={of.department} /> {of.headsDepartment && <Badge tone="info">{t('staff.place.heads')}</Badge>}
    </>
  )
}

function State({ of }: { of: MemberView }) {
  const t = useText()
  return (
    <span class="with-badge">
      <StatusBadge noun="member" state={of.isActive ? 'active' : 'disabled'} />
      {of.passwordIsTemporary && <Badge tone="warn">{t('staff.temporary')}</Badge>}
    </span>
  )
}

function Phone({ of }: { of: MemberView }) {
  const t = useText()
  if (!of.hasPhone) return <>{t('staff.phone.without')}</>
  return (
    <>
      {t('staff.phone.with')} {of.phoneSince && <Moment at={of.phoneSince} />}
    </>
  )
}

function SignIns({ of }: { of: readonly SignIn[] }) {
  const t = useText()
  return (
    <Panel id="sessions" title={t('account.sessions.title')}>
      <DataTable
        caption={t('account.sessions.title')}
        rows={of}
        rowKey={(row) => row.id}
        empty={<p class="muted">{t('staff.sessions.none')}</p>}
        columns={[
          { head: t('account.sessions.device'), cell: (row) => <bdi title={row.userAgent}>{deviceOf(row.userAgent)}</bdi>, wide: true },
          { head: t('account.sessions.door'), cell: (row) => t(`account.sessions.door.${row.door}`) },
          { head: t('account.sessions.ip'), cell: (row) => <code>{row.ip}</code> },
          { head: t('account.sessions.since'), cell: (row) => <Moment at={row.createdAt} /> },
          { head: t('account.sessions.until'), cell: (row) => <Moment at={row.expiresAt} /> },
        ]}
      />
    </Panel>
  )
}

function Changes({ of }: { of: readonly Change[] }) {
  const t = useText()
  return (
    <Panel id="changes" title={t('staff.changes')}>
      {of.length === 0 ? (
        <EmptyState title={t('staff.changes.none')} next={t('staff.changes.none.next')} />
      ) : (
        <Timeline
          events={of.map((change) => ({
            key: change.id,
            at: change.at,
            tone: toneOf(change.operation),
            title: t(`staff.change.${change.operation as 'staff_create'}`),
            actor: <bdi>{change.actorName}</bdi>,
            children: <ChangeText of={change.details} />,
          }))}
        />
      )}
    </Panel>
  )
}

const toneOf = (operation: string) =>
  operation === 'staff_disable' ? 'bad' : operation === 'staff_password' || operation === 'staff_totp_reset' ? 'warn' : 'neutral'

type Side = { name?: string; seat?: Seat; granted?: string[] }

/** What changed, in words, out of the audit entry. */
function ChangeText({ of }: { of: unknown }) {
  const t = useText()
  const { reason, before = {}, after = {} } = of as { reason?: string; before?: Side; after?: Side }
  const words = (keys: string[]): string => keys.map((key) => t(permissionWords(key) as 'permission.operator-view')).join('、')
  const [was, is] = [before.granted ?? [], after.granted ?? []]
  const [added, removed] = [is.filter((key) => !was.includes(key)), was.filter((key) => !is.includes(key))]
  const lines = [
    before.seat && after.seat && before.seat !== after.seat
      ? t('staff.change.seat', { before: t(SEAT_WORDS[before.seat]), after: t(SEAT_WORDS[after.seat]) })
      : null,
    before.name && after.name && before.name !== after.name ? t('staff.change.name', { before: before.name, after: after.name }) : null,
    added.length > 0 ? t('staff.change.added', { keys: words(added) }) : null,
    removed.length > 0 ? t('staff.change.removed', { keys: words(removed) }) : null,
    reason ? t('staff.change.reason', { reason }) : null,
  ].filter((line) => line !== null)
  return (
    <>
      {lines.map((line) => (
        <p key={line}>
          <bdi>{line}</bdi>
        </p>
      ))}
    </>
  )
}
