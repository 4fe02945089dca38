import { eq } from 'drizzle-orm'
import { adminAccounts, applications, operationSites, operatorAccounts, operatorAppAuthorizations } from '#drizzle/schema'
import { newApiKey } from '#src/accounts/api-keys'
import { newId, type Uuid } from '#src/core/ids'
import { type Money, parseYuan } from '#src/core/money'
import { addDays, type Instant, now } from '#src/core/time'
import { lockOperators } from '#src/ledger/lock'
import { appendRows, journalRow } from '#src/ledger/transfer'
import { read, transaction } from '#src/platform/database'
import { hashPassword } from '#src/platform/passwords'

/** Stories for tests: each function makes one thing with sensible rest. Names are unique; amounts are in yuan. */

export const PASSWORD = 'Passw0rd-1'
let passwordHash: Promise<string> | undefined
let counter = 0
const unique = (): string => `${(++counter).toString(36)}${Math.random().toString(36).slice(2, 8)}`

export type TestOperator = { id: Uuid; username: string; apiKey: string }

/** An operator with a balance and, unless told otherwise, no rate limit in the way. */
export async function anOperator(
  options: { balance?: string; category?: 'trial' | 'normal' | 'vip'; defaultLimits?: boolean; name?: string } = {},
): Promise<TestOperator> {
  passwordHash ??= hashPassword(PASSWORD)
  const [id, at, username] = [newId(), now(), `u_${unique()}`]
  const { apiKey, columns } = newApiKey(id, at)
  const limits = options.defaultLimits ? {} : { rateLimitPerMinute: 1_000_000, rateLimitBurst: 1_000_000 }
  await read()
    .insert(operatorAccounts)
    .values({
      id,
      username,
      name: options.name ?? '星空乐园',
      phone: '13800138000',
      email: 'a@example.com',
      passwordHash: await passwordHash,
      category: options.category ?? 'trial',
      ...limits,
      ...columns,
      createdAt: at,
      updatedAt: at,
    })
  if (options.balance) await credit(id, options.balance)
  return { id, username, apiKey }
}

/** Puts money on an operator's balance by a ledger entry. */
export const credit = (operatorId: Uuid, yuan: string): Promise<void> => adjust(operatorId, 'adjustment_in', parseYuan(yuan)!)

/** Takes money from an operator's balance by a ledger entry. */
export const debit = (operatorId: Uuid, yuan: string): Promise<void> => adjust(operatorId, 'adjustment_out', parseYuan(yuan)!)

async function adjust(operatorId: Uuid, kind: 'adjustment_in' | 'adjustment_out', amount: Money): Promise<void> {
  await transaction(async (tx) => {
    const [operator] = await lockOperators(tx, { ids: [operatorId] })
    await appendRows(tx, [journalRow(operator!, { kind, amount, description: '测试调账' }, now())])
  })
}

export async function balanceOf(operatorId: Uuid): Promise<Money> {
  const [row] = await read().select({ balance: operatorAccounts.balance }).from(operatorAccounts).where(eq(operatorAccounts.id, operatorId))
  return row!.balance
}

export async function aSite(operatorId: Uuid, options: { name?: string; deleted?: boolean } = {}): Promise<Uuid> {
  const [id, at] = [newId(), now()]
  await read()
    .insert(operationSites)
    .values({
      id,
      operatorId,
      name: options.name ?? '北京门店',
      address: '北京市朝阳区建国路1号',
      deletedAt: options.deleted ? at : null,
      createdAt: at,
      updatedAt: at,
    })
  return id
}

export async function anApplication(
  options: { price?: string; min?: number; max?: number; active?: boolean; name?: string } = {},
): Promise<Uuid> {
  const [id, at] = [newId(), now()]
  await read()
    .insert(applications)
    .values({
      id,
      appName: options.name ?? `太空探险${unique()}`,
      unitPrice: parseYuan(options.price ?? '10.00')!,
      minPlayers: options.min ?? 1,
      maxPlayers: options.max ?? 8,
      isActive: options.active ?? true,
      createdAt: at,
      updatedAt: at,
    })
  return id
}

export async function aGrant(
  operatorId: Uuid,
  applicationId: Uuid,
  options: { expiresAt?: Instant | null; authorizedAt?: Instant } = {},
): Promise<Uuid> {
  const id = newId()
  const authorizedBy = await aStaff('super_admin')
  await read()
    .insert(operatorAppAuthorizations)
    .values({
      id,
      operatorId,
      applicationId,
      authorizedBy: authorizedBy.id,
      authorizedAt: options.authorizedAt ?? addDays(now(), -30),
      expiresAt: options.expiresAt ?? null,
    })
  return id
}

export type TestStaff = { id: Uuid; username: string }

export async function aStaff(
  role: 'super_admin' | 'admin' | 'operator' | 'finance' | 'analyst',
  grade: 'specialist' | 'manager' | 'auditor' = 'manager',
): Promise<TestStaff> {
  passwordHash ??= hashPassword(PASSWORD)
  const [id, at, username] = [newId(), now(), `s_${unique()}`]
  await read()
    .insert(adminAccounts)
    .values({
      id,
      username,
      name: '张发财',
      passwordHash: await passwordHash,
      role,
      financeGrade: role === 'finance' ? grade : null,
      createdAt: at,
      updatedAt: at,
    })
  return { id, username }
}

/** An operator ready to play: site, application and grant. */
export async function aStore(options: { balance?: string; price?: string; min?: number; max?: number; defaultLimits?: boolean } = {}) {
  const operator = await anOperator(options)
  const siteId = await aSite(operator.id)
  const applicationId = await anApplication(options)
  await aGrant(operator.id, applicationId)
  return { operator, siteId, applicationId }
}
export type Store = Awaited<ReturnType<typeof aStore>>
