import type { VNode } from 'preact'
import { ALL_PERMISSIONS, grantableTo, type Permission, permissionsOfSeat, type Seat } from '#src/permissions/permissions'
import { SignInCodePage } from '#views/public/sign-in-code'
import { MemberPage, type MemberProps } from '#views/staff/member'
import { MemberActPage } from '#views/staff/member-act'
import { MemberFormPage, PasswordOncePage } from '#views/staff/member-form'
import { type MemberRow, MembersPage } from '#views/staff/members'
import { OwnPasswordPage } from '#views/staff/own-password'
import { CodesPage, EnrolPage, PhoneQuestionPage } from '#views/staff/phone'
import { type Holding, RolesPage } from '#views/staff/roles'
import { EndOwnSignInPage, SecurityPage } from '#views/staff/security'
import { StepUpPage } from '#views/staff/step-up'
import { type At, ago, DAY, id, type Sample, slice } from './sample-parts'
import { LONG, type Say, staff } from './sample-props'

const SEATS: Seat[] = ['super_admin', 'admin', 'operator', 'specialist', 'manager', 'auditor', 'analyst']
const DESK = '/admin/staff'

/** The pages about our people, and those of their own accounts, in their states. */
export function staffSamples(say: Say): Sample[] {
  const viewer = staff(say, 'admin', 'super_admin')
  const at: At = (name, path, page) => ({ name, path, viewer, page })
  const open = (name: string, path: string, page: VNode): Sample => ({ name, path, viewer: null, page })
  return [
    ...people(say, at),
    ...security(say, at),
    open(
      'sign-in-code',
      '/admin/login',
      <SignInCodePage kind="admin" ticket={say('1.AbC')} next={say('/admin/staff')} errors={{}} message={null} />,
    ),
    open(
      'sign-in-code-refused',
      '/finance/login',
      <SignInCodePage
        kind="finance"
        ticket={say('1.AbC')}
        next={null}
        errors={{ recovery_code: say('动态验证码错误或已用过') }}
        message={say('登录失败次数过多，请 15 秒后再试')}
      />,
    ),
  ]
}

function people(say: Say, at: At): Sample[] {
  const rows: MemberRow[] = [
    row(say, 3, { name: say(LONG), seat: 'specialist', granted: 2, passwordIsTemporary: true, lastSignInAt: null }),
    row(say, 4, { seat: 'manager', hasPhone: true }),
    row(say, 5, { seat: 'analyst', isActive: false }),
    row(say, 2, { seat: 'super_admin', hasPhone: true }),
  ]
  const filter = { keyword: '', seat: undefined, state: undefined, phone: undefined }
  const some = { keyword: say('李'), seat: 'manager', state: 'disabled', phone: 'without' } as const
  const list = { desk: DESK, seats: SEATS, self: id(2) } as const
  const member = { id: id(3), name: say('王芳'), username: say('wang.fang') }
  const act = { desk: DESK, member, reason: '', error: undefined, message: null } as const
  return [
    at('staff', DESK, <MembersPage {...list} members={slice(rows, null, id(9))} total={1_284} filter={filter} />),
    at('staff-nothing', `${DESK}?keyword=x&seat=manager`, <MembersPage {...list} members={slice<MemberRow>([])} total={0} filter={some} />),
    at('staff-roles', `${DESK}/roles`, <RolesPage desk={DESK} seats={SEATS.map((seat) => ({ seat, holds: holdsOf(seat) }))} />),
    at('staff-member', `${DESK}/${id(3)}`, <MemberPage {...memberProps(say)} />),
    at(
      'staff-member-self',
      `${DESK}/${id(2)}`,
      <MemberPage {...memberProps(say)} closed="self" acts={[]} signIns={[]} changes={[]} message={say('此人的资料刚被他人修改')} />,
    ),
    at(
      'staff-member-closed',
      `/finance/staff/${id(4)}`,
      <MemberPage {...memberProps(say)} desk="/finance/staff" closed="superOnly" acts={[]} />,
    ),
    at(
      'staff-new',
      `${DESK}/new`,
      <MemberFormPage
        desk={DESK}
        member={null}
        seats={SEATS}
        values={{ username: say('wang fang'), name: say(LONG), seat: 'admin' }}
        errors={{ username: say('用户名已被注册，请更换'), name: say('至少1个字符'), seat: say('无效') }}
        message={say('您没有权限执行此操作')}
      />,
    ),
    at(
      'staff-edit',
      `${DESK}/${id(3)}/edit`,
      <MemberFormPage
        desk={DESK}
        member={{ id: id(3), name: say('王芳'), seen: say('2026-03-05T06:20:41.000Z') }}
        seats={SEATS}
        values={{ username: say('wang.fang'), name: say('王芳'), seat: 'specialist' }}
        errors={{}}
        message={null}
      />,
    ),
    at('staff-password-once', `${DESK}/new`, <PasswordOncePage desk={DESK} {...member} password={say('7gRkWm2xQp9TbNcd')} />),
    at(
      'staff-disable',
      `${DESK}/${id(3)}/disable`,
      <MemberActPage {...act} act="disable" reason={say('离职')} error={say('至少10个字符')} />,
    ),
    at('staff-enable', `${DESK}/${id(3)}/enable`, <MemberActPage {...act} act="enable" message={say('该申请已处理')} />),
    at('staff-phone-reset', `${DESK}/${id(3)}/totp`, <MemberActPage {...act} act="totp" />),
  ]
}

const row = (say: Say, number: number, more: Partial<MemberRow>): MemberRow => ({
  id: id(number),
  username: say(`li.wei${number}`),
  name: say('李薇'),
  seat: 'operator',
  granted: 0,
  isActive: true,
  hasPhone: false,
  passwordIsTemporary: false,
  lastSignInAt: ago(7_200),
  ...more,
})

const holdsOf = (seat: Seat): Record<Permission, Holding> =>
  Object.fromEntries(
    ALL_PERMISSIONS.map((key) => [
      key,
      permissionsOfSeat(seat).includes(key) ? 'has' : grantableTo(seat).includes(key) ? 'grantable' : 'never',
    ]),
  ) as Record<Permission, Holding>

const signIn = (say: Say, number: number, door: 'api' | 'pages') => ({
  id: id(number),
  door,
  ip: say('203.0.113.7'),
  userAgent: say('Mozilla/5.0 (Windows NT 10.0) Chrome/140.0'),
  createdAt: ago(number * 600),
  expiresAt: ago(-DAY),
})

function memberProps(say: Say): MemberProps {
  const change = (number: number, operation: string, details: object) => ({
    id: id(number),
    operation,
    actorName: say('李薇'),
    at: ago(number * DAY),
    details,
  })
  return {
    desk: DESK,
    member: {
      id: id(3),
      username: say('wang.fang'),
      name: say('王芳'),
      seat: 'specialist',
      isActive: true,
      hasPhone: true,
      phoneSince: ago(30 * DAY),
      passwordIsTemporary: true,
      lastSignInAt: ago(3_600),
      createdAt: ago(60 * DAY),
      seen: say('2026-03-05T06:20:41.000Z'),
    },
    rights: { seat: permissionsOfSeat('specialist'), granted: ['refund:review'], offered: grantableTo('specialist') },
    closed: null,
    acts: ['password', 'totp', 'sign-out', 'disable'],
    signIns: [signIn(say, 7, 'pages'), signIn(say, 8, 'api')],
    changes: [
      change(1, 'staff_grant', { before: { granted: ['report:generate'] }, after: { granted: ['refund:review'] } }),
      change(2, 'staff_edit', { before: { name: say('王方'), seat: 'auditor' }, after: { name: say('王芳'), seat: 'specialist' } }),
      change(3, 'staff_disable', { reason: say('休假期间停用，返岗后恢复') }),
      change(4, 'staff_totp_reset', { reason: say('手机遗失，已电话核实本人') }),
      change(5, 'staff_create', {}),
    ],
    place: { department: say('财务部'), headsDepartment: true, deputyName: say('周敏'), email: say('wang.fang@example.com') },
    message: null,
  }
}

function security(say: Say, at: At): Sample[] {
  const signIns = slice([signIn(say, 1, 'pages'), signIn(say, 2, 'api')])
  const own = { signIns, present: id(1), username: say('li.wei'), seat: 'admin' } as const
  const codes = Array.from({ length: 10 }, (_, number) => say(`k7qf-2m9x-hj4t-w8e${number}`))
  const enrol = { next: say('/admin/'), qr: { size: 21, path: 'M2 2h1v1h-1z' }, secret: say('ABCD EFGH 2345'), ticket: say('1.AbC') }
  const asked = { action: '/finance/refunds/x/approval', fields: { note: say('已电话核实') }, minutes: 10 }
  return [
    at('security', '/staff/security', <SecurityPage {...own} phone={null} needsPhone />),
    at('security-phone', '/staff/security', <SecurityPage {...own} phone={{ since: ago(DAY), codesLeft: 2 }} needsPhone={false} />),
    at('security-end', `/staff/security/sessions/${id(2)}/end`, <EndOwnSignInPage signIn={signIn(say, 2, 'api')} />),
    at('security-end-others', '/staff/security/sessions/others', <EndOwnSignInPage signIn={null} />),
    at(
      'own-password',
      '/staff/security/password',
      <OwnPasswordPage
        isDuty={false}
        next={say('/admin/')}
        errors={{ old_password: say('密码验证失败') }}
        message={say('请 15 秒后再试')}
      />,
    ),
    at('own-password-duty', '/staff/security/password', <OwnPasswordPage isDuty next={say('/admin/')} errors={{}} message={null} />),
    at('phone', '/staff/security/totp', <EnrolPage {...enrol} isDuty={false} replaces error={say('动态验证码错误')} message={null} />),
    at('phone-duty', '/staff/security/totp', <EnrolPage {...enrol} isDuty replaces={false} error={undefined} message={say('请稍后')} />),
    at('phone-codes', '/staff/security/totp', <CodesPage isDuty={false} codes={codes} next="/finance/refunds?status=all" />),
    at('phone-removal', '/staff/security/removal', <PhoneQuestionPage what="removal" />),
    at('phone-renew', '/staff/security/recovery-codes', <PhoneQuestionPage what="recovery-codes" />),
    at('step-up', '/staff/step-up', <StepUpPage {...asked} hasTotp={false} losesFile errors={{}} message={say('请 15 秒后再试')} />),
    at(
      'step-up-code',
      '/staff/step-up',
      <StepUpPage {...asked} hasTotp losesFile={false} errors={{ step_up_password: say('密码验证失败') }} message={null} />,
    ),
  ]
}
