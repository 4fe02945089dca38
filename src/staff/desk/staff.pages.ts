import { h } from 'preact'
import * as v from 'valibot'
import { liveSessions } from '#src/accounts/sessions'
import type { Uuid } from '#src/core/ids'
import { keysetQuery } from '#src/core/keyset'
import { Problem } from '#src/core/problem'
import { iso } from '#src/core/time'
import { validate } from '#src/core/validation'
import { done, type FormCall, fieldErrors, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { ALL_PERMISSIONS, grantableTo, type Permission, permissionsOfSeat, type Seat } from '#src/permissions/permissions'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { GRANT_FIELD } from '#views/staff/grants'
import { MEMBER_ACTS, type MemberAct, MemberPage, type MemberProps } from '#views/staff/member'
import { MemberActPage, type MemberActProps } from '#views/staff/member-act'
import { MemberFormPage, type MemberFormProps, PasswordOncePage } from '#views/staff/member-form'
import { MemberPlacePage, type MemberPlaceProps } from '#views/staff/member-place'
import { type MemberRow, MembersPage } from '#views/staff/members'
import { type Holding, RolesPage } from '#views/staff/roles'
import { memberPath, type StaffDesk } from '#views/staff/staff-tabs'
import {
  addMember,
  changeMember,
  disableMember,
  enableMember,
  Grants,
  grantPermissions,
  MemberChange,
  NewMember,
  Reasoned,
  renewPassword,
  signOutMember,
  takePhoneOf,
} from './manage'
import { changesOf, countMembers, type Member, memberFilter, membersPage, requireMember, scopeOf } from './members'
import { Place, placeMember, placeOf, placesFor } from './place'
import { grantsOf, mayManage, postsOf, ROLE_SEATS, seatOfStaff, seesOnlyFinance } from './rights'

type StaffCall = FormCall & { caller: StaffCaller; params: Record<string, string> }
type Door = { audience: 'admin' | 'finance'; permission: 'staff:manage' | 'finance_staff:manage' }

/**
 * super_admin looks after everybody's access, a manager of finance after that of finance. The pages are the same at both doors; whom they
 * show and what may be changed, rights.ts decides.
 */
export const staffDeskPages = [
  ...deskPages('/admin/staff', { audience: 'admin', permission: 'staff:manage' }),
  ...deskPages('/finance/staff', { audience: 'finance', permission: 'finance_staff:manage' }),
]

function deskPages(desk: StaffDesk, door: Door) {
  const change = { ...door, stepUp: true } as const
  return [
    page(`GET ${desk}`, door, (call: StaffCall) => showMembers(call, desk)),
    page(`GET ${desk}/roles`, door, (call: StaffCall) => showPage(call, h(RolesPage, { desk, seats: rolesFor(call.caller) }))),
    page(`GET ${desk}/new`, door, (call: StaffCall) => showNew(call, desk, {})),
    page(`POST ${desk}/new`, change, (call: StaffCall) => create(call, desk)),
    page(`GET ${desk}/:staff_id`, door, (call: StaffCall) => showMember(call, desk, null)),
    page(`GET ${desk}/:staff_id/edit`, door, (call: StaffCall) => showEdit(call, desk, {})),
    page(`POST ${desk}/:staff_id/edit`, change, (call: StaffCall) => edit(call, desk)),
    page(`GET ${desk}/:staff_id/place`, door, (call: StaffCall) => showPlace(call, desk, {})),
    page(`POST ${desk}/:staff_id/place`, change, (call: StaffCall) => place(call, desk)),
    page(`POST ${desk}/:staff_id/permissions`, change, (call: StaffCall) => grant(call, desk)),
    ...MEMBER_ACTS.flatMap((act) => [
      page(`GET ${desk}/:staff_id/${act}`, door, (call: StaffCall) => showAct(call, desk, act, {})),
      page(`POST ${desk}/:staff_id/${act}`, change, (call: StaffCall) => doAct(call, desk, act)),
    ]),
  ]
}

async function showMembers(call: StaffCall, desk: StaffDesk): Promise<Response> {
  const { caller } = call
  const { after, before, size, ...filter } = pageQuery(call.request, v.object({ ...keysetQuery, ...memberFilter }))
  const scope = scopeOf(caller)
  const [members, total] = await Promise.all([membersPage(scope, filter, { after, before, size }), countMembers(scope, filter)])
  const shown = { ...members, rows: members.rows.map(rowOf) }
  const { keyword, seat, state, phone } = filter
  const asked = { keyword, seat, state, phone }
  return showPage(call, h(MembersPage, { desk, members: shown, total, seats: seatsFor(caller), filter: asked, self: caller.id }))
}

function rowOf(member: Member): MemberRow {
  const seat = seatOfStaff(member)
  return { ...member, seat, granted: grantedOf(member, seat).length }
}

/** Of what was granted, what counts in the post. */
const grantedOf = ({ permissions }: Member, seat: Seat): Permission[] => grantableTo(seat).filter((key) => permissions.includes(key))

const seatsFor = (caller: StaffCaller): Seat[] =>
  ROLE_SEATS.filter((seat) => !seesOnlyFinance(caller) || seat === 'specialist' || seat === 'manager' || seat === 'auditor')

function rolesFor(caller: StaffCaller) {
  return seatsFor(caller).map((seat) => {
    const [own, grantable] = [permissionsOfSeat(seat), grantableTo(seat)]
    const holding = (key: Permission): Holding => (own.includes(key) ? 'has' : grantable.includes(key) ? 'grantable' : 'never')
    return { seat, holds: Object.fromEntries(ALL_PERMISSIONS.map((key) => [key, holding(key)])) as Record<Permission, Holding> }
  })
}

const memberId = ({ params }: StaffCall): Uuid => pathId('session', params, 'staff_id')

async function showMember(call: StaffCall, desk: StaffDesk, message: string | null, status = 200): Promise<Response> {
  const { caller } = call
  const member = await requireMember(caller, memberId(call))
  const seat = seatOfStaff(member)
  const isOpen = mayManage(caller, member)
  const [signIns, changes, at] = await Promise.all([
    liveSessions({ adminId: member.id }, call.info.now),
    changesOf(member.id),
    placeOf(member.id),
  ])
  const shown: MemberProps = {
    desk,
    member: { ...member, seat, phoneSince: member.totpSince, seen: iso(member.updatedAt) },
    rights: { seat: permissionsOfSeat(seat), granted: grantedOf(member, seat), offered: isOpen ? grantsOf(caller, seat) : [] },
    closed: isOpen ? null : member.id === caller.id ? 'self' : 'superOnly',
    acts: isOpen ? MEMBER_ACTS.filter((act) => isPossible(act, member)) : [],
    signIns,
    changes,
    place: at,
    message,
  }
  return showPage(call, h(MemberPage, shown), { status })
}

/** An act that would change nothing has no button. */
function isPossible(act: MemberAct, { isActive, hasPhone }: Member): boolean {
  if (act === 'enable') return !isActive
  return isActive && (act !== 'totp' || hasPhone)
}

function showNew(call: StaffCall, desk: StaffDesk, shown: Partial<MemberFormProps>, status = 200): Promise<Response> {
  const { username = '', name = '', seat = 'specialist' } = call.form
  const usual = { desk, member: null, seats: postsOf(call.caller), values: { username, name, seat }, errors: {}, message: null }
  return showPage(call, h(MemberFormPage, { ...usual, ...shown }), { status })
}

async function create(call: StaffCall, desk: StaffDesk): Promise<Response> {
  const { username = '', name = '', seat = '' } = call.form
  const checked = validate(NewMember, { username, name, seat })
  if (!checked.ok) return showNew(call, desk, { errors: fieldErrors(checked.faults, call) }, 400)
  try {
    const { password } = await addMember(call.caller, checked.value, call.info)
    const { username: made, name: called } = checked.value
    return showPage(call, h(PasswordOncePage, { desk, username: made, name: called, password }), { status: 201 })
  } catch (error) {
    const { status, errors, message } = refusalOf(error, call, ['username', 'name', 'seat'])
    const isTaken = error instanceof Problem && error.code === 'USERNAME_EXISTS'
    return showNew(call, desk, isTaken ? { errors: { username: message! } } : { errors, message }, status)
  }
}

/** Only for those whom the caller may change: what is not there cannot be filled in. */
async function manageable(call: StaffCall): Promise<Member> {
  const member = await requireMember(call.caller, memberId(call))
  if (!mayManage(call.caller, member)) throw new Problem('PERMISSION_DENIED', { required: 'staff:manage' })
  return member
}

async function showEdit(call: StaffCall, desk: StaffDesk, shown: Partial<MemberFormProps>, status = 200): Promise<Response> {
  const member = await manageable(call)
  const seat = seatOfStaff(member)
  const values = { username: member.username, name: call.form.name ?? member.name, seat: call.form.seat ?? seat }
  const usual = { desk, member: { ...member, seen: iso(member.updatedAt) }, seats: postsOf(call.caller), values, errors: {}, message: null }
  return showPage(call, h(MemberFormPage, { ...usual, ...shown }), { status })
}

async function edit(call: StaffCall, desk: StaffDesk): Promise<Response> {
  const id = memberId(call)
  const { name = '', seat = '', seen = '' } = call.form
  const checked = validate(MemberChange, { name, seat, seen })
  if (!checked.ok) return showEdit(call, desk, { errors: fieldErrors(checked.faults, call) }, 400)
  try {
    await changeMember(call.caller, id, checked.value, call.info)
    return redirect(memberPath(desk, id), done('staff.done.edited'))
  } catch (error) {
    const { status, errors, message } = refusalOf(error, call, ['name', 'seat'])
    return showEdit(call, desk, { errors, message }, status)
  }
}

async function showPlace(call: StaffCall, desk: StaffDesk, shown: Partial<MemberPlaceProps>, status = 200): Promise<Response> {
  const member = await manageable(call)
  const [now, offered] = await Promise.all([placeOf(member.id), placesFor(member.id)])
  const values = { department: now.department ?? '', heads: now.headsDepartment, deputy: now.deputyId ?? '', email: now.email ?? '' }
  const usual = { desk, member: { ...member, seen: iso(member.updatedAt) }, values, ...offered, errors: {}, message: null }
  return showPage(call, h(MemberPlacePage, { ...usual, ...shown }), { status })
}

async function place(call: StaffCall, desk: StaffDesk): Promise<Response> {
  const id = memberId(call)
  const { department = '', deputy = '', email = '', seen = '' } = call.form
  const values = { department, heads: call.form.heads === 'true', deputy, email }
  const checked = validate(Place, { ...values, seen })
  if (!checked.ok) return showPlace(call, desk, { values, errors: fieldErrors(checked.faults, call) }, 400)
  try {
    await placeMember(call.caller, id, checked.value, call.info)
    return redirect(memberPath(desk, id), done('staff.done.placed'))
  } catch (error) {
    const { status, errors, message } = refusalOf(error, call, ['department', 'heads', 'deputy', 'email'])
    return showPlace(call, desk, { values, errors, message }, status)
  }
}

async function grant(call: StaffCall, desk: StaffDesk): Promise<Response> {
  const id = memberId(call)
  const keys = Object.keys(call.form).flatMap((name) => (name.startsWith(GRANT_FIELD) ? [name.slice(GRANT_FIELD.length)] : []))
  const checked = validate(Grants, { keys, seen: call.form.seen ?? '' })
  if (!checked.ok) return showMember(call, desk, fieldErrors(checked.faults, call).keys ?? null, 400)
  try {
    await grantPermissions(call.caller, id, checked.value, call.info)
    return redirect(memberPath(desk, id), done('staff.done.granted'))
  } catch (error) {
    const { status, message } = refusalOf(error, call, [])
    return showMember(call, desk, message, status)
  }
}

async function showAct(
  call: StaffCall,
  desk: StaffDesk,
  act: MemberAct,
  shown: Partial<Pick<MemberActProps, 'error' | 'message'>>,
  status = 200,
): Promise<Response> {
  const member = await manageable(call)
  const usual = { desk, member, act, reason: call.form.reason ?? '', error: undefined, message: null }
  return showPage(call, h(MemberActPage, { ...usual, ...shown }), { status })
}

const RUNS = {
  totp: { run: takePhoneOf, word: 'staff.done.phone' },
  disable: { run: disableMember, word: 'staff.done.disabled' },
} as const

async function doAct(call: StaffCall, desk: StaffDesk, act: MemberAct): Promise<Response> {
  const [id, { caller, info }] = [memberId(call), call]
  const back = memberPath(desk, id)
  try {
    if (act === 'enable') {
      await enableMember(caller, id, info)
      return redirect(back, done('staff.done.enabled'))
    }
    if (act === 'sign-out') {
      await signOutMember(caller, id, info)
      return redirect(back, done('staff.done.signedOut'))
    }
    await manageable(call)
    const checked = validate(Reasoned, { reason: call.form.reason ?? '' })
    if (!checked.ok) return showAct(call, desk, act, { error: fieldErrors(checked.faults, call).reason }, 400)
    if (act === 'password') {
      const { staff, password } = await renewPassword(caller, id, checked.value.reason, info)
      return showPage(call, h(PasswordOncePage, { desk, username: staff.username, name: staff.name, password }))
    }
    await RUNS[act].run(caller, id, checked.value.reason, info)
    return redirect(back, done(RUNS[act].word))
  } catch (error) {
    const { status, message, errors } = refusalOf(error, call, [])
    return showAct(call, desk, act, { message: message ?? Object.values(errors)[0] ?? null }, status)
  }
}
