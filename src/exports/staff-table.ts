import * as v from 'valibot'
import { keyword } from '#src/core/fields'
import type { Cell, Column, Table } from '#src/core/table'
import { type Language, type PlainKey, text } from '#src/core/text'
import { grantableTo } from '#src/permissions/permissions'
import { countMembers, MEMBER_STATES, type Member, type MemberFilter, memberChunks, type Scope } from '#src/staff/desk/members'
import { ROLE_SEATS, seatOfStaff } from '#src/staff/desk/rights'
import { staffExport } from './staff-export'

const filter = {
  keyword,
  seat: v.optional(v.picklist(ROLE_SEATS)),
  state: v.optional(v.picklist(MEMBER_STATES)),
  phone: v.optional(v.picklist(['with', 'without'])),
}

const peopleOf =
  (scope: Scope) =>
  async (wanted: MemberFilter, { language }: { language: Language }) => ({
    rows: await countMembers(scope, wanted),
    table: membersTable(scope, wanted, language),
  })

/** Our people as their list shows them, with what each was granted: for the yearly look at who may do what. */
export const membersExport = staffExport({ title: 'staff.title', permission: 'staff:manage', filter, open: peopleOf('everybody') })
export const financeMembersExport = staffExport({
  title: 'staff.title.finance',
  permission: 'finance_staff:manage',
  filter,
  open: peopleOf('finance'),
})

function membersTable(scope: Scope, wanted: MemberFilter, language: Language): Table {
  const column = (key: PlainKey, kind: Column['kind'], width: number): Column => ({ head: text(language, key), kind, width })
  return {
    title: text(language, scope === 'finance' ? 'staff.title.finance' : 'staff.title'),
    columns: [
      column('staff.username', 'text', 20),
      column('staff.name', 'text', 16),
      column('staff.seat', 'text', 16),
      column('staff.granted', 'text', 40),
      column('staff.phone', 'text', 14),
      column('staff.state', 'text', 10),
      column('staff.lastSignIn', 'moment', 20),
      column('staff.created', 'moment', 20),
    ],
    chunks: inCells(scope, wanted, language),
  }
}

async function* inCells(scope: Scope, wanted: MemberFilter, language: Language): AsyncGenerator<Cell[][]> {
  for await (const members of memberChunks(scope, wanted)) yield members.map((member) => cells(member, language))
}

function cells(member: Member, language: Language): Cell[] {
  const seat = seatOfStaff(member)
  const granted = grantableTo(seat).filter((key) => member.permissions.includes(key))
  return [
    member.username,
    member.name,
    text(language, seat === 'operator' ? 'role.staff' : `role.${seat}`),
    granted.join(', '),
    text(language, member.hasPhone ? 'staff.phone.with' : 'staff.phone.without'),
    text(language, member.isActive ? 'staff.state.active' : 'staff.state.disabled'),
    member.lastSignInAt,
    member.createdAt,
  ]
}
