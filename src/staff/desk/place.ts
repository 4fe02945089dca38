import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { adminAccounts } from '#drizzle/schema'
import { record } from '#src/audit-logs/audit-log'
import { bareUuid, email, text } from '#src/core/fields'
import type { Uuid } from '#src/core/ids'
import { brokenRule, invalidField } from '#src/core/problem'
import { iso } from '#src/core/time'
import { rawSql, violatedConstraint } from '#src/platform/database'
import type { RequestInfo } from '#src/platform/http'
import type { StaffCaller } from '#src/platform/route'
import { changeOf } from './manage'

const blank = <S extends v.GenericSchema<string, string>>(schema: S) =>
  v.union([
    v.pipe(
      v.literal(''),
      v.transform(() => null),
    ),
    schema,
  ])

/** Where a person works, who stands in, and where mail reaches them. */
export const Place = v.object({
  department: v.pipe(
    text(0, 30),
    v.transform((name) => name || null),
  ),
  heads: v.boolean(),
  deputy: blank(bareUuid),
  email: v.pipe(
    v.string(),
    v.trim(),
    v.transform((address) => address || null),
    v.nullable(email),
  ),
  seen: v.string(),
})

/** Sets it. Throws like every change of a person, INVALID_PARAMS for a second head of a department and for a deputy who is nobody. */
export async function placeMember(caller: StaffCaller, id: Uuid, input: v.InferOutput<typeof Place>, info: RequestInfo): Promise<void> {
  const { department, heads, deputy, email: address, seen } = input
  if (heads && department === null) throw invalidField('department', '部门负责人须有部门', 'is needed for its head')
  if (deputy === id) throw invalidField('deputy', '不能是本人', 'must be somebody else')
  try {
    await changeOf(caller, id, info, async (tx, staff, act) => {
      if (iso(staff.updatedAt) !== seen) throw brokenRule('CHANGED_MEANWHILE', 'seen')
      const found = deputy && (await tx.sql`SELECT FROM admin_accounts WHERE id = ${deputy} AND is_active`)
      if (found && found.length === 0) throw brokenRule('UNKNOWN_PERSON', 'deputy')
      const set = { department, headsDepartment: heads, deputyId: deputy, email: address }
      await tx.db
        .update(adminAccounts)
        .set({ ...set, updatedAt: act.at })
        .where(eq(adminAccounts.id, id))
      const before = { department: staff.department, heads: staff.headsDepartment, deputy: staff.deputyId, email: staff.email }
      const details = { username: staff.username, before, after: { department, heads, deputy, email: address } }
      await record(tx, { actor: act.actor, origin: act.origin, operation: 'staff_place', target: { kind: 'staff', id }, details }, act.at)
    })
  } catch (error) {
    if (violatedConstraint(error) === 'one_head_per_department') throw brokenRule('DEPARTMENT_HAS_HEAD', 'heads')
    throw error
  }
}

export type PlaceRow = {
  department: string | null
  headsDepartment: boolean
  deputyId: Uuid | null
  deputyName: string | null
  email: string | null
}

/** Where somebody works, for the pages. */
export async function placeOf(id: Uuid): Promise<PlaceRow> {
  const [found] = await rawSql()<PlaceRow[]>`
    SELECT a.department, a.heads_department AS "headsDepartment", a.deputy_id AS "deputyId", d.name AS "deputyName", a.email
    FROM admin_accounts a LEFT JOIN admin_accounts d ON d.id = a.deputy_id WHERE a.id = ${id}`
  return found!
}

/** Who can stand in for a person, and the departments that there are. */
export async function placesFor(id: Uuid): Promise<{ colleagues: { id: Uuid; name: string }[]; departments: string[] }> {
  const sql = rawSql()
  const [colleagues, departments] = await Promise.all([
    sql<{ id: Uuid; name: string }[]>`SELECT id, name FROM admin_accounts WHERE is_active AND id <> ${id} ORDER BY name, id`,
    sql<{ department: string }[]>`SELECT DISTINCT department FROM admin_accounts WHERE department IS NOT NULL ORDER BY department LIMIT 50`,
  ])
  return { colleagues: [...colleagues], departments: departments.map(({ department }) => department) }
}
