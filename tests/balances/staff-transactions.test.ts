import { beforeAll, describe, expect, test } from 'bun:test'
import { type LedgerFilter, type LedgerRow, ledgerChunks, listLedger } from '#src/balances/all-transactions'
import { ledgerSums } from '#src/balances/ledger-sums'
import { withKeyword } from '#src/balances/sought-rows'
import { showId, type Uuid } from '#src/core/ids'
import { money, yuan } from '#src/core/money'
import { addDays, addMs, type Instant, iso, now } from '#src/core/time'
import { faultyFields, operatorToken, staffToken, withServer } from '#tests/support/api'
import { anApplication, anOperator, aSite, aStaff, credit, debit } from '#tests/support/factory'
import { type Played, play } from '#tests/usage/games'

const { started, call } = withServer()

type Home = { id: Uuid; username: string; games: Played[] }
let homes: Home[]
/** An operator's rows lie in time as they lie in its chain: the games come after the money for them. */
const NOON = addMs(now(), 60_000)

beforeAll(async () => {
  const applicationId = await anApplication()
  homes = []
  for (const [at, name] of ['甲乐园', '乙乐园', '丙体验馆'].entries()) {
    const { id, username } = await anOperator({ name, balance: '5000.00' })
    const siteId = await aSite(id)
    await credit(id, `${100 + at}.00`)
    await debit(id, '7.00')
    const games = await play(
      id,
      Array.from({ length: 30 }, (_, game) => ({
        siteId,
        applicationId,
        players: 1 + (game % 4),
        at: addMs(NOON, (at + game * 3) * 60_000),
      })),
    )
    homes.push({ id, username, games })
  }
})

/** All rows of a filter, page by page, forwards; and the way back gives the same pages. */
async function walked(filter: LedgerFilter): Promise<LedgerRow[]> {
  const [pages, all]: [LedgerRow[][], LedgerRow[]] = [[], []]
  for (let after: string | undefined; ; ) {
    const slice = await listLedger(filter, { after, size: 20 })
    pages.push(slice.rows)
    all.push(...slice.rows)
    if (!slice.older) break
    after = slice.older
  }
  for (let at = pages.length - 1; at > 0; at--) {
    const before = await listLedger(filter, { before: pages[at]![0]!.id, size: 20 })
    expect(before.rows.map(({ id }) => id)).toEqual(pages[at - 1]!.map(({ id }) => id))
  }
  return all
}

async function exported(filter: LedgerFilter): Promise<LedgerRow[]> {
  const rows: LedgerRow[] = []
  for await (const chunk of ledgerChunks(filter, addDays(now(), 1))) rows.push(...chunk)
  return rows
}

const sumOf = (rows: readonly LedgerRow[], direction: 'in' | 'out') =>
  rows.filter((row) => row.isOwn && row.direction === direction).reduce((sum, { amount }) => sum + amount, 0n)

const at = (minute: number): Instant => addMs(NOON, minute * 60_000)
const FILTERS: [string, () => LedgerFilter][] = [
  ['everything', () => ({})],
  ['one operator', () => ({ operatorId: homes[0]!.id })],
  ['a few operators', () => ({ operatorIds: [homes[0]!.id, homes[2]!.id] })],
  ['games', () => ({ kind: 'consumption' })],
  ['what is no game', () => ({ kind: 'adjustment' })],
  ['part of a day', () => ({ from: at(10), to: at(50) })],
  ['part of a day of one operator', () => ({ operatorId: homes[1]!.id, from: at(10), to: at(50) })],
  ['amounts', () => ({ least: money(2_000), most: money(3_000) })],
  ['a kind of a few operators by amount', () => ({ operatorIds: [homes[1]!.id, homes[2]!.id], kind: 'consumption', least: money(4_000) })],
  ['nothing', () => ({ method: 'wechat' })],
]

describe('the journal of all operators', () => {
  test.each(FILTERS)('%s: the pages, the export and the sums are the same rows', async (_, filterOf) => {
    const filter = filterOf()
    const [rows, file, sums] = [await walked(filter), await exported(filter), await ledgerSums(filter, now())]
    expect(file.map(({ id }) => id)).toEqual(rows.map(({ id }) => id))
    expect(sums).toEqual({ rows: rows.length, in: sumOf(rows, 'in'), out: sumOf(rows, 'out'), between: 0n } as never)
    const order = rows.map((row) => row.at.getTime())
    expect(order).toEqual(order.toSorted((a, b) => b - a))
    const { owner } = started.database
    const [{ all }] = (await owner`SELECT count(*)::int AS all FROM transaction_records`) as unknown as [{ all: number }]
    if (Object.keys(filter).length === 0) expect(rows).toHaveLength(all)
  })

  test('a word finds rows by any of their ids, a session, or operators by name', async () => {
    const [first, second] = homes
    const game = first!.games[4]!
    const [row] = await walked({ operatorId: first!.id, from: game.at, to: addMs(game.at, 1) })
    const found = async (keyword: string) => (await walked(await withKeyword({}, keyword))).map(({ id }) => id)
    for (const word of [showId('transaction', row!.id), row!.id, showId('usage', game.id), game.sessionId, game.sessionId.slice(3)])
      expect(await found(word)).toEqual([row!.id])
    expect(new Set((await walked(await withKeyword({}, '乐园'))).map(({ operatorId }) => operatorId))).toEqual(
      new Set([first!.id, second!.id]),
    )
    expect((await walked(await withKeyword({}, second!.username))).every(({ operatorId }) => operatorId === second!.id)).toBe(true)
    expect(await found(showId('operator', second!.id))).toHaveLength(33)
    for (const word of ['没有这家', 'txn_019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55', "'; DROP TABLE x; --", '%'])
      expect(await found(word)).toEqual([])
  })

  test('an amount is not looked for among more rows than can be read', async () => {
    const { owner } = started.database
    await owner`INSERT INTO usage_days VALUES (${homes[0]!.id}, '2025-01-01', 100001, 100001, 100001)`
    expect(ledgerSums({ least: money(1) }, now())).rejects.toMatchObject({ code: 'INVALID_PARAMS' })
    expect(await ledgerSums({ operatorId: homes[1]!.id, least: money(1) }, now())).toMatchObject({ rows: 33 })
    const answer = await call('GET /v1/finance/transactions?max_amount=1.00', { token: await staffToken((await aStaff('finance')).id) })
    expect([answer.status, faultyFields(answer)]).toEqual([400, ['max_amount']])
    await owner`DELETE FROM usage_days WHERE day = '2025-01-01'`
  })
})

describe('its API', () => {
  test.each(['admin', 'finance'] as const)('%s reads any operator’s rows with whose they are', async (role) => {
    const token = await staffToken((await aStaff(role)).id)
    const [home] = homes
    const { body } = await call(`GET /v1/${role}/transactions?operator_id=op_${home!.id}&page_size=2&page=2`, { token })
    expect([body.page, body.page_size, body.total]).toEqual([2, 2, 33])
    const rows = await walked({ operatorId: home!.id })
    expect(body.items).toEqual(
      rows.slice(2, 4).map((row) =>
        expect.objectContaining({
          transaction_id: showId('transaction', row.id),
          operator_name: '甲乐园',
          seq: Number(row.seq),
          amount: yuan(row.amount),
          created_at: iso(row.at),
        }),
      ),
    )
    const games = await call(`GET /v1/${role}/transactions?keyword=${encodeURIComponent('乐园')}&type=consumption`, { token })
    expect(games.body.total).toBe(60)
    expect((await call(`GET /v1/${role}/transactions?keyword=nobody`, { token })).body).toMatchObject({ total: 0, items: [] })
  })

  test('is closed to those without the key', async () => {
    const clerk = await staffToken((await aStaff('operator')).id)
    const operator = await operatorToken(homes[0]!.id)
    for (const token of [clerk, operator]) expect((await call('GET /v1/admin/transactions', { token })).status).toBe(403)
    expect((await call('GET /v1/finance/transactions', { token: clerk })).status).toBe(403)
  })
})
