import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chainLines, headOf, verifyChain } from '#src/balances/verify'
import type { Uuid } from '#src/core/ids'
import { money } from '#src/core/money'
import { now } from '#src/core/time'
import { lockOperators } from '#src/ledger/lock'
import { appendRows, journalRow } from '#src/ledger/transfer'
import { transaction } from '#src/platform/database'
import { openTestDatabase } from '#tests/support/database'
import { anOperator, credit, debit } from '#tests/support/factory'

let database: Awaited<ReturnType<typeof openTestDatabase>>
let folder: string
beforeAll(async () => {
  database = await openTestDatabase()
  folder = mkdtempSync(join(tmpdir(), 'mr-ledger-'))
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await database.close()
})

async function aHistory(rows = 12): Promise<Uuid> {
  const { id } = await anOperator()
  for (let row = 0; row < rows; row++) await (row % 3 === 2 ? debit(id, '1.05') : credit(id, '10.10'))
  return id
}

/** Changes a row as somebody with every right in the database could, past all triggers. */
async function tamper(operatorId: Uuid, seq: number, change: string): Promise<void> {
  await database.owner.begin(async (sql) => {
    await sql`SET LOCAL session_replication_role = replica`
    await sql.unsafe(`UPDATE transaction_records SET ${change} WHERE operator_id = '${operatorId}' AND seq = ${seq}`)
  })
}

describe('an operator’s chain', () => {
  test('computes to what is stored and ends at the balance', async () => {
    const id = await aHistory()
    const result = await verifyChain(id)
    expect(result).toMatchObject({ first: 1n, last: 12n, next: null, faults: [] })
    expect(result.head).toEqual(await headOf(id))
  })

  test.each([
    ['an amount and the balances around it', 'amount_fen = amount_fen + 1, balance_after_fen = balance_after_fen + 1', ['hash'], 5],
    ['a description', "description = 'x'", ['hash'], 5],
    ['a hash', "hash = sha256('x')", ['hash'], 5],
    ['a link', "prev_hash = sha256('x')", ['link', 'hash'], 5],
  ])('that had %s changed is broken at that row', async (_what, change, kinds, seq) => {
    const id = await aHistory()
    await tamper(id, seq, change)
    const { faults } = await verifyChain(id)
    expect(faults.filter((fault) => fault.seq === BigInt(seq)).map(({ kind }) => kind)).toEqual(kinds as never)
    expect(faults.every((fault) => fault.seq === BigInt(seq) || fault.seq === BigInt(seq + 1))).toBe(true)
  })

  test('that lost a row, or its end, is broken there', async () => {
    const [middle, end] = [await aHistory(), await aHistory()]
    for (const [id, seq] of [
      [middle, 6],
      [end, 12],
    ] as const) {
      await database.owner.begin(async (sql) => {
        await sql`SET LOCAL session_replication_role = replica`
        await sql`DELETE FROM transaction_records WHERE operator_id = ${id} AND seq = ${seq}`
      })
    }
    expect((await verifyChain(middle)).faults).toEqual([{ seq: 7n, kind: 'seq' }])
    expect((await verifyChain(end)).faults).toEqual([{ seq: 12n, kind: 'head' }])
  })

  test('still holds a head that was kept, until that row is changed', async () => {
    const id = await aHistory()
    const { seq, hash } = await headOf(id)
    await credit(id, '3.00')
    expect((await verifyChain(id, { kept: { seq, hash } })).faults).toEqual([])
    expect((await verifyChain(id, { kept: { seq, hash: 'a'.repeat(64) } })).faults).toEqual([{ seq, kind: 'kept' }])
    expect((await verifyChain(id, { kept: { seq: 99n, hash } })).faults).toEqual([{ seq: 99n, kind: 'kept' }])
  })

  test('can be taken up in the middle', async () => {
    const id = await aHistory()
    expect(await verifyChain(id, { from: 7n })).toMatchObject({ first: 7n, last: 12n, next: null, faults: [] })
    await tamper(id, 6, "hash = sha256('x')")
    expect((await verifyChain(id, { from: 7n })).faults).toEqual([{ seq: 7n, kind: 'link' }])
  })

  test('that is long is computed part by part, each taking up where the last one ended', async () => {
    const id = await aHistory()
    const parts: [bigint, bigint][] = []
    for (let from: bigint | null = 1n; from !== null; ) {
      const part = await verifyChain(id, { from, most: 5 })
      expect(part.faults).toEqual([])
      parts.push([part.first, part.last])
      from = part.next
    }
    expect(parts).toEqual([
      [1n, 5n],
      [6n, 10n],
      [11n, 12n],
    ])
  })

  test('of an empty account is sound', async () => {
    const { id } = await anOperator()
    expect(await verifyChain(id)).toMatchObject({ last: 0n, next: null, faults: [] })
  })
})

/** The checker as people run it, on a file as they downloaded it. */
async function check(name: string, text: string, ...more: string[]) {
  const path = join(folder, `${name}.jsonl`)
  await Bun.write(path, text)
  const run = Bun.spawn([process.execPath, 'src/balances/check-ledger.mjs', path, ...more], { stdout: 'pipe', stderr: 'pipe' })
  const [out, err, code] = await Promise.all([new Response(run.stdout).text(), new Response(run.stderr).text(), run.exited])
  return { code, words: (out + err).trim() }
}

async function download(id: Uuid): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of chainLines(id)) text += decoder.decode(bytes, { stream: true })
  return text
}

describe('the checker that is offered with the download', () => {
  test('finds an honest ledger sound, and the head that was kept in it', async () => {
    const id = await aHistory()
    const kept = (await headOf(id)).hash
    await credit(id, '0.01')
    const { hash } = await headOf(id)
    const text = await download(id)
    expect(await check('honest', text)).toEqual({ code: 0, words: `sound: 13 rows, balance 76.61, head ${hash}` })
    expect((await check('kept', text, kept)).words).toEndWith('your kept head is row 12')
    expect(await check('lost', text, 'b'.repeat(64))).toMatchObject({ code: 1 })
    expect(await check('empty', '')).toMatchObject({ code: 0 })
  })

  test('names the row in which one digit was changed, whichever digit it is', async () => {
    const lines = (await download(await aHistory())).trimEnd().split('\n')
    for (const [row, change] of [
      [3, (line: string) => line.replace(/"amount_fen":"(\d)/, (_, digit) => `"amount_fen":"${(Number(digit) + 1) % 10}`)],
      [5, (line: string) => line.replace(/"balance_after_fen":"(\d)/, (_, digit) => `"balance_after_fen":"${(Number(digit) + 1) % 10}`)],
      [8, (line: string) => line.replace(/"created_at":"2/, '"created_at":"3')],
      [9, (line: string) => line.replace('测试', '测试​')],
    ] as const) {
      const text = lines.map((line, at) => (at + 1 === row ? change(line) : line)).join('\n')
      expect(text).not.toBe(lines.join('\n'))
      const { code, words } = await check(`changed-${row}`, text)
      expect(code).toBe(1)
      expect(words).toStartWith(`row ${row} (seq ${row}, txn_`)
    }
  })

  test('names a row that is missing, exchanged or somebody else’s, and a line that is none', async () => {
    const lines = (await download(await aHistory())).trimEnd().split('\n')
    const other = (await download(await aHistory(3))).split('\n')
    expect((await check('gap', lines.toSpliced(4, 1).join('\n'))).words).toContain('row 5 (seq 6')
    expect((await check('swap', lines.with(2, lines[3]!).with(3, lines[2]!).join('\n'))).words).toContain('the sequence has a gap')
    expect((await check('foreign', lines.with(1, other[1]!).join('\n'))).words).toContain('another operator')
    expect(await check('noise', `${lines[0]}\nnot json\n`)).toEqual({ code: 2, words: 'line 2 is not JSON' })
    expect((await check('fields', '{"seq":1}\n')).code).toBe(2)
  })

  test('reads every word that a description may hold', async () => {
    const { id } = await anOperator()
    for (const description of ['行\u2028分\u2029隔', '"引号"\\反斜', '=1+1\n换行', '😀\u202e翻转', '1'.repeat(500)]) {
      await transaction(async (tx) => {
        const [operator] = await lockOperators(tx, { ids: [id] })
        await appendRows(tx, [journalRow(operator!, { kind: 'adjustment_in', amount: money(100), description }, now())])
      })
    }
    expect(await check('words', await download(id))).toMatchObject({ code: 0, words: expect.stringContaining('5 rows') })
  })
})
