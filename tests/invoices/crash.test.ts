import { afterAll, describe, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import type { Uuid } from '#src/core/ids'
import { now } from '#src/core/time'
import { proveLedger } from '#src/ledger/prove'
import { config } from '#src/platform/config'
import { operatorToken, staffToken, withServer } from '#tests/support/api'
import { anOperator, aStaff } from '#tests/support/factory'
import { spawnServer } from '#tests/support/http'
import { anInvoiceBody, issueFor, recharged, removeInvoiceFiles } from './money'

const { started, call } = withServer()
afterAll(() => removeInvoiceFiles(started.database).catch(() => {}))

/** Where a server may die in the middle of an approval, and whether the invoice is issued by then. */
const POINTS: Record<string, boolean> = {
  'invoice:locked': false,
  'invoice:numbered': false,
  'invoice:written': false,
  'invoice:approved': false,
  'invoice:recorded': false,
  'invoice:committed': true,
}

async function waiting(): Promise<{ id: string; bare: Uuid }> {
  const operator = await anOperator()
  await recharged(operator.id, '100.00')
  const asked = await call('POST /v1/operators/me/invoices', { token: await operatorToken(operator.id), body: anInvoiceBody('100.00') })
  const id = String(asked.body.data.invoice_id)
  return { id, bare: id.replace('inv_', '') }
}

const stored = async (id: Uuid) => {
  const [row] = await started.database.owner`SELECT status, number, pdf_path, pdf_sha256 FROM invoice_records WHERE id = ${id}`
  return row!
}

describe.each(Object.entries(POINTS))('kill -9 at %s', (point, isIssued) => {
  test(`leaves an invoice that is ${isIssued ? 'issued with its file' : 'waiting as before'}, and no gap in the numbers`, async () => {
    const token = await staffToken((await aStaff('finance')).id)
    const [mine, next] = [await waiting(), await waiting()]
    const dying = await spawnServer(started.database.url, { FAULT_POINT: point })
    const answer = await Promise.allSettled([
      fetch(`${dying.url}/v1/finance/invoices/${mine.id}/approve`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: '{}',
      }),
    ])
    await dying.process.exited
    expect([dying.process.signalCode, answer[0]!.status]).toEqual(['SIGKILL', 'rejected'])
    const left = await stored(mine.bare)
    expect([left.status, left.number !== null]).toEqual([isIssued ? 'approved' : 'pending', isIssued])

    // Another invoice takes the number that was given back, then the first is decided again.
    for (const { id } of [next, mine]) {
      const retried = await call(`POST /v1/finance/invoices/${id}/approve`, { token, body: {} })
      const decided = isIssued && id === mine.id
      expect([retried.status, retried.body.details?.[0]?.reason]).toEqual(decided ? [400, 'ALREADY_PROCESSED'] : [200, undefined])
    }
    for (const { bare } of [mine, next]) {
      const row = await stored(bare)
      const path = `${config().DATA_DIR}/invoices/${row.pdf_path}`
      expect([row.status, existsSync(path)]).toEqual(['approved', true])
      expect(new Bun.CryptoHasher('sha256').update(readFileSync(path)).digest('hex')).toBe(Buffer.from(row.pdf_sha256).toString('hex'))
    }
    const { findings } = await proveLedger({ now: now() })
    expect(findings.filter(({ rule }) => rule === 'I9')).toEqual([])
  }, 30_000)
})

/** The same of taking one back. */
const REVERSAL_POINTS: Record<string, boolean> = {
  'reversal:locked': false,
  'reversal:numbered': false,
  'reversal:written': false,
  'reversal:recorded': false,
  'reversal:committed': true,
}

describe.each(Object.entries(REVERSAL_POINTS))('kill -9 at %s', (point, isDone) => {
  test(`leaves the invoice ${isDone ? 'taken back' : 'as it was'}, and no gap in the red numbers`, async () => {
    const [one, two] = [await aStaff('finance'), await aStaff('finance')]
    const [proposer, decider] = [await staffToken(one.id), await staffToken(two.id)]
    const { id, bare } = await waiting()
    await issueFor(bare, one.id)
    const asked = { kind: 'red', amount: '40.00', reason_code: 'return', reason: '开票后客户退款，按退款金额红冲' }
    const propose = async () =>
      (await call(`POST /v1/finance/invoices/${id}/reversals`, { token: proposer, body: asked })).body.data.reversal_id
    const path = `/v1/finance/invoices/${id}/reversals/${await propose()}/confirm`
    const dying = await spawnServer(started.database.url, { FAULT_POINT: point })
    const answer = await Promise.allSettled([fetch(dying.url + path, { method: 'POST', headers: { Authorization: `Bearer ${decider}` } })])
    await dying.process.exited
    expect([dying.process.signalCode, answer[0]!.status]).toEqual(['SIGKILL', 'rejected'])
    const reversed = async () =>
      (await started.database.owner`SELECT reversed_fen FROM invoice_records WHERE id = ${bare}`)[0]!.reversed_fen
    expect(await reversed()).toBe(isDone ? 4_000n : 0n)
    const again = await call(`POST ${path}`, { token: decider })
    expect([again.status, again.body.details?.[0]?.reason]).toEqual(isDone ? [400, 'ALREADY_PROCESSED'] : [200, undefined])
    const [row] = await started.database.owner`SELECT number, pdf_path, pdf_sha256 FROM invoice_reversals WHERE invoice_id = ${bare}`
    const file = readFileSync(`${config().DATA_DIR}/invoices/${row!.pdf_path}`)
    expect(new Bun.CryptoHasher('sha256').update(file).digest('hex')).toBe(Buffer.from(row!.pdf_sha256).toString('hex'))
    expect(await reversed()).toBe(4_000n)
    const { findings } = await proveLedger({ now: now() })
    expect(findings.filter(({ rule }) => rule === 'I9')).toEqual([])
  }, 30_000)
})

test('every fault point of invoices has its case', () => {
  const folder = `${import.meta.dir}/../../src/invoices`
  const source = [...new Bun.Glob('**/*.ts').scanSync(folder)].map((file) => readFileSync(`${folder}/${file}`, 'utf8')).join('\n')
  expect([...source.matchAll(/faultPoint\('([\w:]+)'\)/g)].map(([, name]) => name!).toSorted()).toEqual(
    Object.keys({ ...POINTS, ...REVERSAL_POINTS }).toSorted(),
  )
})
