import { expect } from 'bun:test'
import { showId, type Uuid } from '#src/core/ids'
import { operatorToken, staffToken, type withServer } from '#tests/support/api'
import { authorize, newSessionId } from '#tests/support/client'
import { anApplication, aStaff, aStore, debit, type Store } from '#tests/support/factory'
import type { World } from './endpoint'

type Started = ReturnType<typeof withServer>['started']

const people = new Map<string, Uuid>()

async function tokenOf(role: 'super_admin' | 'operator' | 'finance'): Promise<string> {
  const id = people.get(role) ?? (await aStaff(role)).id
  people.set(role, id)
  return staffToken(id)
}

/** A game of a store; gives its ids. */
export async function play(url: string, store: Store): Promise<{ usageId: Uuid; sessionId: string }> {
  const sessionId = newSessionId(store.operator.id)
  const answer = await authorize(url, store, { sessionId })
  expect(answer.status).toBe(200)
  return { usageId: String(answer.body.data!.usage_id).slice(showId('usage', '').length), sessionId }
}

/** An operator with everything it needs, and the tokens of everybody else. */
export async function newWorld(started: Started): Promise<World> {
  const store = await aStore({ balance: '500.00' })
  const sql = started.database.owner
  const [grant] = await sql`SELECT id FROM operator_app_authorizations WHERE operator_id = ${store.operator.id}`
  return {
    operator: store.operator,
    token: await operatorToken(store.operator.id),
    siteId: store.siteId,
    appId: store.applicationId,
    otherAppId: await anApplication(),
    grantId: grant!.id,
    staff: { super_admin: await tokenOf('super_admin'), operator: await tokenOf('operator'), finance: await tokenOf('finance') },
    play: () => play(started.url, store),
    lock: () =>
      sql`UPDATE operator_accounts SET is_locked = true, locked_reason = '异常调用', locked_at = now() WHERE id = ${store.operator.id}`,
    close: async () => {
      await debit(store.operator.id, '500.00')
      await sql`UPDATE operator_accounts SET deactivated_at = now() WHERE id = ${store.operator.id}`
    },
    sql,
  }
}
