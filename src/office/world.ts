import { seatOf } from '#src/accounts/caller'
import { newId, type Uuid } from '#src/core/ids'
import type { OfficeForm } from '#src/core/office'
import { businessDay, type Instant } from '#src/core/time'
import { permissionsOf } from '#src/permissions/permissions'
import { type Querying, rawSql } from '#src/platform/database'
import type { StaffCaller } from '#src/platform/route'
import type { World } from './case'
import { approvalNode } from './path'
import { type Around, approversOf, copiesOf, type Person } from './people'

type StaffRow = {
  id: Uuid
  name: string
  role: StaffCaller['role']
  grade: StaffCaller['grade']
  permissions: string[]
  department: string | null
  headsDepartment: boolean
  deputyId: Uuid | null
  isAway: boolean
  isActive: boolean
}

/** Those who work here, and the names of all who ever did. */
export type Staff = { people: Person[]; nameOf: (id: Uuid) => string }

/** All who work here, as the flow of a form sees them on a day. Whom an approved leave names stands before the person's own deputy. */
export async function staffOf({ sql }: Querying, form: OfficeForm, at: Instant): Promise<Staff> {
  const today = businessDay(at)
  const rows = await sql<StaffRow[]>`
    SELECT a.id, a.name, a.role, a.finance_grade AS grade, a.permissions, a.department, a.heads_department AS "headsDepartment",
           coalesce(away.stand_in_id, a.deputy_id) AS "deputyId", away.case_id IS NOT NULL AS "isAway", a.is_active AS "isActive"
    FROM admin_accounts a
    LEFT JOIN (
      SELECT DISTINCT ON (c.applicant_id) c.applicant_id, q.case_id, q.stand_in_id
      FROM qingjia_shenqing q JOIN office_cases c ON c.id = q.case_id
      WHERE q.to_on >= ${today}::text::date AND q.from_on <= ${today}::text::date AND c.status = 'approved'
      ORDER BY c.applicant_id, c.id DESC) away ON away.applicant_id = a.id
    ORDER BY a.name, a.id`
  const names = new Map(rows.map(({ id, name }) => [id, name]))
  const people = rows
    .filter(({ isActive }) => isActive)
    .map(({ role, grade, permissions, isActive: _, ...person }) => {
      const seat = seatOf({ role, grade })
      return { ...person, seat, mayDecide: permissionsOf(seat, permissions).has(`office:${form}:approve`) }
    })
  return { people, nameOf: (id) => names.get(id) ?? '' }
}

/** The same outside a transaction. */
export const staffNow = (form: OfficeForm, at: Instant): Promise<Staff> => staffOf({ sql: rawSql() }, form, at)

/** Those of finance who carry payments out. */
const payersAmong = (people: readonly Person[]): string[] =>
  people.filter(({ seat }) => seat === 'specialist' || seat === 'manager').map(({ id }) => id)

export type Surroundings = Around & { now: Instant; path: readonly string[]; receiverId: Uuid | null }

/** What the machine asks, answered from a flow and the people of a moment. */
export function worldOf(around: Surroundings): World {
  const { people, flow, now, path, receiverId } = around
  const at = (key: string) => approvalNode(flow, key)
  return {
    now,
    newId,
    path,
    receiverId,
    modeOf: (key) => at(key)?.mode ?? 'any',
    assign: (key) => approversOf(at(key)?.approvers ?? [], around),
    copiesAt: (key) => copiesOf(at(key)?.copies ?? [], around),
    mayDecide: (id) => people.some((person) => person.id === id && person.mayDecide),
    isMember: (id) => people.some((person) => person.id === id),
    payers: payersAmong(people),
  }
}
