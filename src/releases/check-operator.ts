import { eq } from 'drizzle-orm'
import { applications, operatorAccounts } from '#drizzle/schema'
import { storedApiKey } from '#src/accounts/api-keys'
import { findOperatorByName } from '#src/accounts/operators'
import { createOperator } from '#src/accounts/register'
import { createApplication } from '#src/applications/applications'
import { grantApplication } from '#src/applications/grants'
import type { Act, PersonalAct } from '#src/audit-logs/audit-log'
import { newId, type Uuid } from '#src/core/ids'
import { parseYuan } from '#src/core/money'
import { rawSql, read, transaction } from '#src/platform/database'
import { createSite } from '#src/sites/sites'

/** The store that a new release charges once before anybody else meets it. */
export type CheckStore = { operatorId: Uuid; siteId: Uuid; applicationId: Uuid; apiKey: string }

const USERNAME = 'release_check'
const NAME = '发布自检'
/** A fen for each release: enough for twenty thousand of them, and above every threshold of a low balance. */
const [BALANCE, PRICE] = ['200.00', parseYuan('0.01')!]
/** A trial asks every two seconds, and the usual limit is ten a minute. */
const RATE_PER_MINUTE = 600

/**
 * The check's operator with a site, a game and the right to play it; made by the first release of a database. Nobody signs in as it: its
 * password is thrown away. Undefined while the database has no super administrator in whose name a game could be granted.
 */
export async function checkStore(act: Act): Promise<CheckStore | undefined> {
  const operator = (await findOperatorByName(USERNAME)) ?? (await makeOperator(act))
  const { apiKey } = (await storedApiKey({ db: read() }, operator.id))!
  const known = await findStore(operator.id)
  if (known) return { operatorId: operator.id, ...known, apiKey }
  const [boss] = await rawSql()<{ id: Uuid }[]>`SELECT id FROM admin_accounts WHERE role = 'super_admin' AND is_active ORDER BY id LIMIT 1`
  if (!boss) return undefined
  const store = await makeStore(operator.id, { ...act, actor: { ...act.actor, id: boss.id } })
  return { operatorId: operator.id, ...store, apiKey }
}

async function makeOperator(act: Act): Promise<{ id: Uuid }> {
  const password = `Aa1${crypto.randomUUID().slice(0, 20)}`
  const person = { username: USERNAME, password, name: NAME, phone: '13800000000', email: 'release-check@localhost.invalid' }
  const made = await createOperator({ ...person, category: 'normal', initial_balance: parseYuan(BALANCE)! }, act)
  await read()
    .update(operatorAccounts)
    .set({ rateLimitPerMinute: RATE_PER_MINUTE, rateLimitBurst: RATE_PER_MINUTE })
    .where(eq(operatorAccounts.id, made.id))
  return made
}

async function findStore(operatorId: Uuid): Promise<Pick<CheckStore, 'siteId' | 'applicationId'> | undefined> {
  const [store] = await rawSql()<{ siteId: Uuid; applicationId: Uuid }[]>`
    SELECT s.id AS "siteId", g.application_id AS "applicationId"
    FROM operator_app_authorizations g JOIN operation_sites s ON s.operator_id = g.operator_id AND s.deleted_at IS NULL
    WHERE g.operator_id = ${operatorId} AND g.revoked_at IS NULL ORDER BY s.id, g.id LIMIT 1`
  return store
}

function makeStore(operatorId: Uuid, act: PersonalAct): Promise<Pick<CheckStore, 'siteId' | 'applicationId'>> {
  return transaction(async (tx) => {
    const site = await createSite(tx, operatorId, { name: NAME, address: '发布自检，非真实门店', description: null }, act)
    const description = '每次发布时自动收费一次，用于验证新版本；仅在自检期间上架'
    const game = { app_name: `${NAME} ${newId().slice(-6)}`, unit_price: PRICE, min_players: 1, max_players: 1, description }
    const applicationId = await createApplication(tx, game, act)
    await grantApplication(tx, { operator_id: operatorId, app_id: applicationId, expires_at: null, note: NAME }, act)
    return { siteId: site.id, applicationId }
  })
}

/** Does `work` while the check's game can be played; at all other times operators do not see it. */
export async function whilePlayable<T>({ applicationId }: CheckStore, work: () => Promise<T>): Promise<T> {
  const set = (isActive: boolean) => read().update(applications).set({ isActive }).where(eq(applications.id, applicationId))
  await set(true)
  try {
    return await work()
  } finally {
    await set(false)
  }
}
