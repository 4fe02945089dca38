import { afterAll, expect, test } from 'bun:test'
import { stopwatch } from '#src/core/time'
import { aScene } from '#tests/authorize/scene'
import { bookFaults } from '#tests/ledger/books'
import { type Answer, authorize, newSessionId } from '#tests/support/client'
import { aStore, balanceOf, type Store } from '#tests/support/factory'
import { type ServerProcess, spawnServer } from '#tests/support/http'

const scene = aScene()
const servers: ServerProcess[] = []
afterAll(async () => {
  await Promise.all(servers.map((server) => server.kill()))
})
const STORM_MS = 4_000
/** A busy machine gets more time for as many games. */
const LONGEST_STORM_MS = 40_000
const ENOUGH_GAMES = 100
const WORKERS = 24
/** A call that nobody answers for this long counts as a hang. */
const LONGEST_CALL_MS = 20_000

type Journal = { acknowledged: Map<string, { store: Store; usageId: string }>; statuses: Map<number, number>; longestMs: number }

/** Starts games one after the other; a call without a receipt is repeated with the same session id until there is one. */
async function play(store: Store, urls: () => string[], isOver: () => boolean, journal: Journal): Promise<void> {
  for (let turn = 0; !isOver(); turn++) {
    const sessionId = newSessionId(store.operator.id)
    const waited = stopwatch()
    for (let attempt = 0; ; attempt++) {
      const answer = await authorize(urls()[(turn + attempt) % urls().length]!, store, { sessionId, players: 1 }).catch(() => undefined)
      note(answer, journal)
      if (answer?.status === 200) {
        journal.acknowledged.set(sessionId, { store, usageId: answer.body.data!.usage_id as string })
        journal.longestMs = Math.max(journal.longestMs, waited())
        break
      }
      if (waited() > LONGEST_CALL_MS) throw new Error(`no receipt for ${sessionId} in ${LONGEST_CALL_MS} ms, last status ${answer?.status}`)
      await Bun.sleep(5)
    }
  }
}

const note = (answer: Answer | undefined, { statuses }: Journal): void => {
  const status = answer?.status ?? 0
  statuses.set(status, (statuses.get(status) ?? 0) + 1)
}

/** Ends two connections of the servers at random, again and again. */
async function killBackends(isOver: () => boolean): Promise<number> {
  let killed = 0
  while (!isOver()) {
    const rows = await scene.owner`
      SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'mr-web' ORDER BY random() LIMIT 2) victims`
    killed += rows.length
    await Bun.sleep(40)
  }
  return killed
}

test('under load, with database connections and servers killed at random, nothing acknowledged is lost and nothing is charged twice', async () => {
  const spawn = () => spawnServer(scene.database.url, { LOG_LEVEL: 'silent' })
  servers.push(...(await Promise.all([spawn(), spawn()])))
  const urls = () => servers.map(({ url }) => url)
  const elapsed = stopwatch()
  const journal: Journal = { acknowledged: new Map(), statuses: new Map(), longestMs: 0 }
  const isOver = () => elapsed() > LONGEST_STORM_MS || (elapsed() > STORM_MS && journal.acknowledged.size > ENOUGH_GAMES)
  const hot = await aStore({ balance: '9000000.00', price: '0.01' })
  const others = await Promise.all(Array.from({ length: WORKERS / 2 }, () => aStore({ balance: '90000.00', price: '0.01' })))

  const replaceServer = async () => {
    await Bun.sleep(STORM_MS / 3)
    await servers[0]!.kill('SIGKILL')
    // A server that loses its connection while it starts ends; whoever supervises it starts it again.
    let started: ServerProcess | undefined
    while (!started) started = await spawn().catch(() => undefined)
    servers[0] = started
  }
  const players = [...others, ...others.map(() => hot)].map((store) => play(store, urls, isOver, journal))
  const [killed] = await Promise.all([killBackends(isOver), replaceServer(), ...players])

  const told = {
    ...Object.fromEntries(journal.statuses),
    killed,
    acknowledged: journal.acknowledged.size,
    longestMs: Math.round(journal.longestMs),
  }
  expect(
    [...journal.statuses.keys()].filter((status) => ![0, 200, 503].includes(status)),
    JSON.stringify(told),
  ).toEqual([])
  expect(killed).toBeGreaterThan(20)
  expect(journal.acknowledged.size).toBeGreaterThan(ENOUGH_GAMES)
  expect(servers.map(({ process }) => process.exitCode)).toEqual([null, null])

  const usages = await scene.owner<{ session_id: string; id: string }[]>`SELECT session_id, id FROM usage_records`
  const stored = new Map(usages.map((row) => [row.session_id, `usage_${row.id}`]))
  const lost = [...journal.acknowledged].filter(([sessionId, { usageId }]) => stored.get(sessionId) !== usageId)
  expect(lost, JSON.stringify(told)).toEqual([])
  // Whoever started a game waited for its receipt, so nothing is in the books that was not acknowledged.
  expect(usages).toHaveLength(journal.acknowledged.size)
  for (const store of [hot, ...others]) {
    const games = [...journal.acknowledged.values()].filter((one) => one.store === store).length
    expect(await balanceOf(store.operator.id)).toBe((BigInt(store === hot ? 900_000_000 : 9_000_000) - BigInt(games)) as never)
  }
  expect(await bookFaults(scene.owner)).toEqual([])

  const afterwards = await Promise.all(Array.from({ length: 60 }, (_, turn) => authorize(urls()[turn % 2]!, hot, { players: 1 })))
  expect(afterwards.map(({ status }) => status)).toEqual(Array(60).fill(200))
}, 60_000)
