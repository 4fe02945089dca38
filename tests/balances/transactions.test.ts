import { expect, test } from 'bun:test'
import { listTransactions, type MovementKind, transactionChunks } from '#src/balances/transactions'
import { showId, type Uuid } from '#src/core/ids'
import { instant, now, useClock } from '#src/core/time'
import { faultyFields, ISO_TIME, operatorToken, wireId, withServer } from '#tests/support/api'
import { authorize } from '#tests/support/client'
import { anOperator, aStore, credit, debit, type Store } from '#tests/support/factory'

const { started, call } = withServer()

async function aPlayedStore(games = 1): Promise<{ store: Store; token: string }> {
  const store = await aStore({ balance: '500.00', price: '12.50' })
  for (let game = 0; game < games; game++) expect((await authorize(started.url, store, { players: 2 })).status).toBe(200)
  return { store, token: await operatorToken(store.operator.id) }
}
const list = (token: string, query = '') => call(`GET /v1/operators/me/transactions${query}`, { token })

test('a game start stands in the transactions with everything the contract names', async () => {
  const { token } = await aPlayedStore()
  const answer = await list(token)
  expect(answer.status).toBe(200)
  expect(answer.body).toMatchObject({ success: true, page: 1, page_size: 20, total: 2 } as never)
  const [game, opening] = answer.body.items
  expect(game).toEqual({
    transaction_id: expect.stringMatching(wireId('txn')),
    type: 'consumption',
    direction: 'out',
    amount: '25.00',
    balance_before: '500.00',
    balance_after: '475.00',
    created_at: expect.stringMatching(ISO_TIME),
    related_usage_id: expect.stringMatching(wireId('usage')),
    related_refund_id: null,
    payment_method: null,
    status: 'success',
    description: expect.any(String),
  })
  expect(opening).toMatchObject({ type: 'adjustment', direction: 'in', amount: '500.00', balance_before: '0.00', balance_after: '500.00' })
})

test('types, times and pages choose rows, and the total counts what was chosen', async () => {
  const { store, token } = await aPlayedStore(3)
  await debit(store.operator.id, '5.00')
  const types = async (query: string) => {
    const { body } = await list(token, query)
    return { total: body.total, types: body.items.map((item) => item.type) }
  }
  expect(await types('?type=consumption')).toEqual({ total: 3, types: ['consumption', 'consumption', 'consumption'] })
  expect(await types('?type=adjustment')).toEqual({ total: 2, types: ['adjustment', 'adjustment'] })
  expect(await types('?type=refund')).toEqual({ total: 0, types: [] })
  expect(await types('?type=all&page=2&page_size=2')).toEqual({ total: 5, types: ['consumption', 'consumption'] })
  const newest = (await list(token)).body.items[0]!
  const since = `?start_time=${newest.created_at}`
  expect(await types(since)).toEqual({ total: 1, types: ['adjustment'] })
  expect(await types(`?end_time=${newest.created_at}&type=consumption`)).toMatchObject({ total: 3 })
  expect(await types(`${since}&type=consumption`)).toEqual({ total: 0, types: [] })
})

test.each([
  ['type=payout', 'type'],
  ['page=0', 'page'],
  ['page_size=101', 'page_size'],
  ['start_time=yesterday', 'start_time'],
  ['start_time=2026-02-30T00:00:00Z', 'start_time'],
])('%s is refused and named', async (query, field) => {
  const { token } = await aPlayedStore(0)
  const answer = await list(token, `?${query}`)
  expect([answer.status, faultyFields(answer)]).toEqual([400, [field]])
})

test('nobody sees a row of anybody else', async () => {
  const [mine, other] = [await aPlayedStore(2), await anOperator({ balance: '77.77' })]
  await credit(other.id, '88.88')
  const { text, body } = await list(mine.token, '?page_size=100')
  expect(body.total).toBe(3)
  for (const amount of ['77.77', '88.88']) expect(text).not.toContain(amount)
})

test('pages by key have every row once, forwards and back, while new rows arrive', async () => {
  const { id } = await anOperator()
  for (let row = 0; row < 65; row++) await credit(id, '1.00')
  const seen: bigint[] = []
  let after: string | undefined
  let deepest: { newer: string | null } | undefined
  do {
    const slice = await listTransactions(id, {}, { after, size: 20 })
    seen.push(...slice.rows.map(({ seq }) => seq))
    await credit(id, '1.00')
    deepest = slice
    after = slice.older ?? undefined
  } while (after)
  expect(seen).toEqual(Array.from({ length: 65 }, (_, at) => BigInt(65 - at)))
  const back: bigint[] = []
  for (let before = deepest.newer; before; ) {
    const slice = await listTransactions(id, {}, { before, size: 20 })
    back.unshift(...slice.rows.map(({ seq }) => seq))
    before = slice.newer
  }
  expect(back).toEqual(Array.from({ length: 69 - 5 }, (_, at) => BigInt(69 - at)))
})

test('a filter by time finds its rows in the middle of a long chain, whatever the clocks did', async () => {
  const { id } = await anOperator()
  const start = now().getTime()
  const wrong = [0, 0, -20, 0, 15, 0, 0, -30, 0, 0]
  const times: number[] = []
  for (let day = 0; day < 40; day++) {
    const at = start - (40 - day) * 86_400_000 + wrong[day % 10]! * 60_000
    times.push(at)
    const release = useClock(() => at)
    await credit(id, '1.00')
    release()
  }
  const read = async (from: number, to: number) => {
    const seqs: bigint[] = []
    for await (const chunk of transactionChunks(id, { from: instant(from), to: instant(to) })) seqs.push(...chunk.map(({ seq }) => seq))
    return seqs
  }
  for (const [first, last] of [
    [5, 9],
    [0, 3],
    [38, 40],
    [12, 12],
    [7, 8],
  ] as const) {
    const [from, to] = [start - (40 - first) * 86_400_000, start - (40 - last) * 86_400_000]
    const expected = times.flatMap((at, index) => (at >= from && at < to ? [BigInt(index + 1)] : [])).toReversed()
    expect(await read(from, to)).toEqual(expected)
  }
})

test('an export of every kind reads the rows that the list shows', async () => {
  const { store } = await aPlayedStore(4)
  await debit(store.operator.id, '5.00')
  const ids = async (kind: MovementKind | undefined): Promise<Uuid[]> => {
    const found: Uuid[] = []
    for await (const chunk of transactionChunks(store.operator.id, { kind })) found.push(...chunk.map(({ id }) => id))
    return found
  }
  for (const kind of [undefined, 'consumption', 'adjustment'] as const) {
    const { rows } = await listTransactions(store.operator.id, { kind }, { size: 100 })
    expect(await ids(kind)).toEqual(rows.map(({ id }) => id))
  }
  expect(showId('transaction', (await ids(undefined))[0]!)).toMatch(wireId('txn'))
})
