import { apiKeyColumns } from '#src/accounts/api-keys'
import { newId, type Uuid } from '#src/core/ids'
import { type Money, money } from '#src/core/money'
import type { Instant } from '#src/core/time'
import type { Transaction } from '#src/platform/database'

/** What load games are played with. */
export type LoadWorld = {
  operators: { id: Uuid; username: string; sites: Uuid[] }[]
  applications: { id: Uuid; name: string; price: Money }[]
}

const SITES = 5
const APPLICATIONS = 6
/** Nobody signs in with it: no password has this hash. */
const NO_PASSWORD = '-'

/** Operators `load_…` with sites and grants, all made at one moment; undefined where they are there already. */
export async function fillLoadWorld(tx: Transaction, count: number, at: Instant): Promise<LoadWorld | undefined> {
  const [found] = await tx.sql`SELECT FROM operator_accounts WHERE username = ${usernameOf(0)}`
  if (found) return undefined
  const applications = Array.from({ length: APPLICATIONS }, (_, index) => ({
    id: newId(),
    name: `压测游戏 ${index + 1}`,
    price: money(800 + index * 250),
  }))
  const adminId = newId()
  await tx.sql`
    INSERT INTO admin_accounts (id, username, name, password_hash, role, is_active, created_at, updated_at)
    VALUES (${adminId}, 'load_admin', '压测', ${NO_PASSWORD}, 'super_admin', false, ${at}, ${at})`
  for (const { id, name, price } of applications) {
    await tx.sql`
      INSERT INTO applications (id, app_name, unit_price_fen, min_players, max_players, created_at, updated_at)
      VALUES (${id}, ${name}, ${price}, 1, 8, ${at}, ${at})`
  }
  const operators = []
  for (let index = 0; index < count; index++) operators.push(await addOperator(tx, index, { applications, adminId, at }))
  return { operators, applications }
}

const usernameOf = (index: number): string => `load_${String(index + 1).padStart(4, '0')}`

type Made = { applications: LoadWorld['applications']; adminId: Uuid; at: Instant }

async function addOperator({ sql }: Transaction, index: number, { applications, adminId, at }: Made) {
  const [id, username] = [newId(), usernameOf(index)]
  const apiKey = new Bun.CryptoHasher('sha256').update(`load key ${id}`).digest('hex')
  const key = apiKeyColumns(id, apiKey, at)
  await sql`
    INSERT INTO operator_accounts (id, username, name, phone, email, password_hash, api_key_cipher, api_key_version, api_key_sha256,
      api_key_generated_at, category, rate_limit_per_minute, rate_limit_burst, created_at, updated_at)
    VALUES (${id}, ${username}, ${`压测运营商 ${index + 1}`}, '13800138000', ${`${username}@example.com`}, ${NO_PASSWORD}, ${key.apiKeyCipher},
      ${key.apiKeyVersion}, ${key.apiKeySha256}, ${at}, 'vip', 1000000, 1000000, ${at}, ${at})`
  const sites = Array.from({ length: SITES }, () => newId())
  for (const [number, site] of sites.entries()) {
    await sql`
      INSERT INTO operation_sites (id, operator_id, name, address, created_at, updated_at)
      VALUES (${site}, ${id}, ${`压测门店 ${number + 1}`}, '北京市朝阳区建国路1号', ${at}, ${at})`
  }
  for (const application of applications) {
    await sql`
      INSERT INTO operator_app_authorizations (id, operator_id, application_id, authorized_by, authorized_at)
      VALUES (${newId()}, ${id}, ${application.id}, ${adminId}, ${at})`
  }
  return { id, username, sites }
}
