import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { aScene } from '#tests/authorize/scene'
import { bookFaults } from '#tests/ledger/books'
import { authorize, newSessionId } from '#tests/support/client'
import { aStore, balanceOf } from '#tests/support/factory'
import { spawnServer } from '#tests/support/http'

const scene = aScene()

/** Where a server may die in the middle of a game start, and whether the charge is in the books by then. */
const POINTS: Record<string, boolean> = {
  begun: false,
  decided: false,
  usage_written: false,
  ledger_written: false,
  before_commit: false,
  after_commit: true,
}

describe.each(Object.entries(POINTS))('kill -9 at %s', (point, isCharged) => {
  test(`leaves ${isCharged ? 'one whole charge' : 'no trace'}; the same session again ends in exactly one charge`, async () => {
    const stores = await Promise.all([1, 2, 3].map(() => aStore({ balance: '100.00', price: '10.00' })))
    const calls = stores.map((store) => ({ store, sessionId: newSessionId(store.operator.id), players: 2 }))
    const dying = await spawnServer(scene.database.url, { FAULT_POINT: point })
    const answers = await Promise.allSettled(calls.map(({ store, ...call }) => authorize(dying.url, store, call)))
    await dying.process.exited
    expect(dying.process.signalCode).toBe('SIGKILL')
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])

    const stored =
      await scene.owner`SELECT session_id FROM usage_records WHERE session_id = ANY (${calls.map(({ sessionId }) => sessionId)})`
    expect(stored.length > 0).toBe(isCharged)
    expect(await bookFaults(scene.owner)).toEqual([])

    for (const { store, ...call } of calls) {
      const retried = await authorize(scene.url, store, call)
      expect(retried.status).toBe(200)
      expect(retried.body.replayed ?? false).toBe(stored.some((row) => row.session_id === call.sessionId))
      expect(await balanceOf(store.operator.id)).toBe(8_000n as never)
    }
    expect(await bookFaults(scene.owner)).toEqual([])
  })
})

test('every fault point of the authorize path has its case', () => {
  const folder = `${import.meta.dir}/../../src/authorize`
  const source = [...new Bun.Glob('*.ts').scanSync(folder)].map((file) => readFileSync(`${folder}/${file}`, 'utf8')).join('\n')
  expect([...source.matchAll(/faultPoint\('(\w+)'\)/g)].map(([, name]) => name!).toSorted()).toEqual(Object.keys(POINTS).toSorted())
})
