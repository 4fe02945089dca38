import { seatOf } from '#src/accounts/caller'
import type { Uuid } from '#src/core/ids'
import { newId } from '#src/core/ids'
import type { OfficeForm } from '#src/core/office'
import { addDays, businessDay, now } from '#src/core/time'
import { createDraft, submitCase } from '#src/office/drafts'
import type { Typed } from '#src/office/fields'
import { permissionsOf } from '#src/permissions/permissions'
import { rawSql } from '#src/platform/database'
import type { StaffCaller } from '#src/platform/route'
import { anInfo } from '#tests/support/api'
import { aStaff } from '#tests/support/factory'

type Post = {
  role?: StaffCaller['role']
  grade?: 'specialist' | 'manager' | 'auditor'
  name?: string
  department?: string
  heads?: boolean
  deputyId?: Uuid
  granted?: string[]
  email?: string
}

/** One of our people with a place in the house, as a route's handler meets them. */
export async function aMember({
  role = 'operator',
  grade,
  name = '李薇',
  department,
  heads,
  deputyId,
  granted = [],
  email,
}: Post = {}): Promise<StaffCaller> {
  const { id, username } = await aStaff(role, grade)
  await rawSql()`
    UPDATE admin_accounts SET name = ${name}, department = ${department ?? null}, heads_department = ${heads ?? false},
      deputy_id = ${deputyId ?? null}::uuid, permissions = ${granted}::text[], email = ${email ?? null} WHERE id = ${id}`
  return callerOf(id, { role, grade, name, username, granted })
}

type Known = { role: StaffCaller['role']; grade?: Post['grade']; name: string; username: string; granted: string[] }
const callerOf = (id: Uuid, { role, grade, name, username, granted }: Known): StaffCaller => {
  const post = { role, grade: role === 'finance' ? (grade ?? 'manager') : null }
  return {
    kind: 'staff',
    id,
    username,
    name,
    ...post,
    audience: role === 'finance' || role === 'analyst' ? role : 'admin',
    permissions: permissionsOf(seatOf(post), granted),
    sessionId: newId(),
    provedAt: now(),
    hasTotp: false,
    passwordIsTemporary: false,
  }
}

export const dayFromNow = (days: number): string => businessDay(addDays(now(), days))

/** A form that is right, for each of the five. */
export const typedFor = (form: OfficeForm, person: Uuid): Typed =>
  ({
    baoxiao: { category: 'travel', amount: '318.50', occurred_on: dayFromNow(-1), description: '杭州出差往返高铁票' },
    qingjia: { kind: 'annual', from_on: dayFromNow(0), to_on: dayFromNow(2), days: '2.5', reason: '回家探望父母', stand_in: person },
    caigou: {
      'items.0.name': '头显清洁布',
      'items.0.quantity': '20',
      'items.0.price': '9.90',
      'items.1.name': '一体机电池',
      'items.1.quantity': '4',
      'items.1.price': '260.00',
      supplier: '杭州锐视数码',
      needed_on: dayFromNow(7),
      purpose: '门店耗材补充',
    },
    duiwai_fukuan: {
      payee: '上海云界文化传媒有限公司',
      bank: '招商银行上海徐汇支行',
      account: '6214830212345678',
      amount: '12000.00',
      purpose: '三月内容制作费首付',
      contract_no: 'HT-2026-031',
      due_on: dayFromNow(5),
    },
    gongzuo_jiaojie: {
      receiver: person,
      scope: '门店开业筹备与供应商对接',
      'items.0.name': '供应商联系人名单',
      'items.0.state': 'done',
      'items.1.name': '未结报价三份',
      'items.1.state': 'under_way',
      from_on: dayFromNow(1),
    },
  })[form]

/** A request that was handed in; `typed` is put over what is right. */
export async function aCase(form: OfficeForm, applicant: StaffCaller, person: Uuid, typed: Typed = {}): Promise<Uuid> {
  const id = newId()
  await createDraft(id, form, { ...typedFor(form, person), ...typed }, applicant, anInfo())
  await submitCase(id, applicant, anInfo())
  return id
}

export const statusOf = async (id: Uuid): Promise<{ status: string; number: string | null; open: number }> => {
  const [row] = await rawSql()<{ status: string; number: string | null; open: number }[]>`
    SELECT status, number, (SELECT count(*)::int FROM office_tasks WHERE case_id = c.id AND status = 'open') AS open FROM office_cases c WHERE id = ${id}`
  return row!
}
