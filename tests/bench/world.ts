import type { Sql } from 'postgres'
import { apiKeyColumns } from '#src/accounts/api-keys'
import { newId, type Uuid } from '#src/core/ids'
import { money } from '#src/core/money'
import { addDays, type Instant, now } from '#src/core/time'
import { lockOperators } from '#src/ledger/lock'
import { appendRows, journalRow } from '#src/ledger/transfer'
import type { Transaction } from '#src/platform/database'
import type { LoadOperator } from './load-job'

type Owner = Sql<{ bigint: bigint }>

/** Operator 0 is the hot one; 1–1,000 are spread. */
const OPERATORS = 1_001
export const PLAYERS = 2
export const PRICE = money(1_000)
const CREDIT = money(100_000_000_000)
export const APP_NAME = '太空探险'

export type BenchWorld = { applicationId: Uuid; operators: LoadOperator[] }

/** Keys are made from the number, so that a later run can sign for a database that an earlier one filled. */
const apiKeyOf = (index: number): string => new Bun.CryptoHasher('sha256').update(`bench key ${index}`).digest('hex')

/** Operators with money, a site and a grant each; limits high enough to be out of the way. */
export async function fillWorld(sql: Owner): Promise<void> {
  const at = addDays(now(), -100)
  const [adminId, applicationId] = [newId(), newId()]
  const operators = Array.from({ length: OPERATORS }, (_, index) => ({ index, id: newId() }))
  await sql`INSERT INTO system_configs (key, value, type, min, max, updated_at) VALUES ('rate_limit_ip_per_minute', '10000000', 'integer', '1', '10000000', ${at})`
  await sql`INSERT INTO admin_accounts (id, username, name, password_hash, role, created_at, updated_at)
    VALUES (${adminId}, 'bench', '压测', '-', 'super_admin', ${at}, ${at})`
  await sql`INSERT INTO applications (id, app_name, unit_price_fen, min_players, max_players, created_at, updated_at)
    VALUES (${applicationId}, ${APP_NAME}, ${PRICE}, 1, 8, ${at}, ${at})`
  for (const { index, id } of operators) await addOperator(sql, index, id, applicationId, adminId, at)
  await sql.begin(async (tx) => {
    const transaction = { sql: tx } as unknown as Transaction
    const locked = await lockOperators(transaction, { ids: operators.map(({ id }) => id) })
    await appendRows(
      transaction,
      locked.map((operator) => journalRow(operator, { kind: 'adjustment_in', amount: CREDIT, description: '压测充值' }, at)),
    )
  })
  await sql`INSERT INTO rate_limit_buckets (operator_id, full_at) SELECT id, ${at} FROM operator_accounts`
  // Not the tables that are still empty: once vacuumed they count as empty for ever, and plans made then read a growing table whole.
  await sql.unsafe(
    'VACUUM ANALYZE operator_accounts, operation_sites, applications, operator_app_authorizations, rate_limit_buckets, system_configs',
  )
}

async function addOperator(sql: Owner, index: number, id: Uuid, applicationId: Uuid, adminId: Uuid, at: Instant): Promise<void> {
  const key = apiKeyColumns(id, apiKeyOf(index), at)
  await sql.begin((tx) => [
    tx`INSERT INTO operator_accounts (id, username, name, phone, email, password_hash, api_key_cipher, api_key_version, api_key_sha256,
        api_key_generated_at, rate_limit_per_minute, rate_limit_burst, created_at, updated_at)
      VALUES (${id}, ${usernameOf(index)}, '压测运营商', '13800138000', 'a@example.com', '-', ${key.apiKeyCipher}, ${key.apiKeyVersion},
        ${key.apiKeySha256}, ${at}, 1000000, 1000000, ${at}, ${at})`,
    tx`INSERT INTO operation_sites (id, operator_id, name, address, created_at, updated_at)
      VALUES (${newId()}, ${id}, '北京门店', '北京市朝阳区建国路1号', ${at}, ${at})`,
    tx`INSERT INTO operator_app_authorizations (id, operator_id, application_id, authorized_by, authorized_at)
      VALUES (${newId()}, ${id}, ${applicationId}, ${adminId}, ${at})`,
  ])
}

const usernameOf = (index: number): string => `bench_${String(index).padStart(4, '0')}`

/** The world that a filled database holds. */
export async function loadWorld(sql: Owner): Promise<BenchWorld> {
  const [application] = await sql<{ id: Uuid }[]>`SELECT id FROM applications WHERE app_name = ${APP_NAME}`
  const rows = await sql<{ id: Uuid; siteId: Uuid }[]>`
    SELECT o.id, s.id AS "siteId" FROM operator_accounts o JOIN operation_sites s ON s.operator_id = o.id ORDER BY o.username`
  if (!application || rows.length !== OPERATORS) throw new Error('the database holds no benchmark world')
  return { applicationId: application.id, operators: rows.map(({ id, siteId }, index) => ({ id, siteId, apiKey: apiKeyOf(index) })) }
}
