import { eq, sql } from 'drizzle-orm'
import * as v from 'valibot'
import { adminAccounts, FINANCE_GRADES, STAFF_ROLES } from '#drizzle/schema'
import { type Act, record } from '#src/audit-logs/audit-log'
import { newPassword, text } from '#src/core/fields'
import { newId, type Uuid } from '#src/core/ids'
import { invalidFields, Problem } from '#src/core/problem'
import { say, validate } from '#src/core/validation'
import { read, transaction, violatedConstraint } from '#src/platform/database'
import { hashPassword } from '#src/platform/passwords'

export type Staff = typeof adminAccounts.$inferSelect

export const staffUsername = v.pipe(
  v.string(),
  v.trim(),
  v.regex(/^[A-Za-z0-9_.-]{3,64}$/, say('须为3-64位字母、数字、下划线、点或连字符', 'must be 3-64 letters, digits, _ . or -')),
)

/** A new member of staff. A grade belongs to finance, and finance needs one. */
const StaffInput = v.pipe(
  v.object({
    username: staffUsername,
    name: text(1, 50),
    role: v.picklist(STAFF_ROLES),
    grade: v.nullish(v.picklist(FINANCE_GRADES), null),
    password: newPassword,
  }),
  v.forward(
    v.check(
      ({ role, grade }) => (role === 'finance') === (grade !== null),
      say('财务人员须有等级，其他人员没有', 'is for finance staff, who need one'),
    ),
    ['grade'],
  ),
)
export type StaffInput = v.InferInput<typeof StaffInput>

/** Adds a member of staff. A password that somebody else chose or was shown is temporary. Throws INVALID_PARAMS, or USERNAME_EXISTS without regard to case. */
export async function createStaff(input: StaffInput, { actor, origin, at }: Act, { passwordIsTemporary = false } = {}): Promise<Uuid> {
  const parsed = validate(StaffInput, input)
  if (!parsed.ok) throw invalidFields(parsed.faults)
  const { username, name, role, grade, password } = parsed.value
  const [id, passwordHash] = [newId(), await hashPassword(password)]
  return transaction(async (tx) => {
    try {
      await tx.db
        .insert(adminAccounts)
        .values({ id, username, name, role, financeGrade: grade, passwordHash, passwordIsTemporary, createdAt: at, updatedAt: at })
    } catch (error) {
      if (violatedConstraint(error) === 'admin_accounts_username_key') throw new Problem('USERNAME_EXISTS')
      throw error
    }
    await record(
      tx,
      { actor, origin, operation: 'staff_create', target: { kind: 'staff', id }, details: { username, name, role, grade } },
      at,
    )
    return id
  })
}

/** By username, without regard to case. */
export async function findStaffByName(username: string): Promise<Staff | undefined> {
  const [staff] = await read()
    .select()
    .from(adminAccounts)
    .where(eq(sql`lower(${adminAccounts.username})`, username.toLowerCase()))
  return staff
}

export async function findStaff(id: Uuid): Promise<Staff | undefined> {
  const [staff] = await read().select().from(adminAccounts).where(eq(adminAccounts.id, id))
  return staff
}

/** Throws RESOURCE_NOT_FOUND. */
export async function requireStaff(id: Uuid): Promise<Staff> {
  const staff = await findStaff(id)
  if (!staff) throw new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
  return staff
}
