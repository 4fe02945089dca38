import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Uuid } from '#src/core/ids'
import { PRODUCTION } from '#tests/cli/mr'
import { openTestDatabase } from '#tests/support/database'
import { anOperator, aStaff, PASSWORD } from '#tests/support/factory'
import { type ServerProcess, spawnServer } from '#tests/support/http'
import { until } from '#tests/support/until'
import { recharged } from './money'

/** The rule of production, at a server that really runs in production: no invoice before it is known who sells. */
let database: Awaited<ReturnType<typeof openTestDatabase>>
let server: ServerProcess
const folder = mkdtempSync(join(tmpdir(), 'mr-seller-'))

beforeAll(async () => {
  database = await openTestDatabase()
  // Who signs in here has no phone with codes.
  await database.owner`UPDATE system_configs SET value = 'nobody' WHERE key = 'totp_required_roles'`
  server = await spawnServer(database.url, { ...PRODUCTION, DATA_DIR: folder })
})
afterAll(async () => {
  await server.kill()
  await database.close()
  rmSync(folder, { recursive: true })
})

async function send(path: string, body: object, token?: string) {
  const response = await fetch(`${server.url}/v1${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  })
  return {
    status: response.status,
    body: (await response.json()) as { error_code?: string; message?: string; data?: Record<string, string> },
  }
}

async function anInvoice(): Promise<Uuid> {
  const operator = await anOperator()
  await recharged(operator.id, '500.00')
  const [row] = await database.owner<{ id: Uuid }[]>`
    INSERT INTO invoice_records (id, operator_id, invoice_type, amount_fen, invoice_title, tax_id, email, created_at, updated_at)
    VALUES (${Bun.randomUUIDv7()}, ${operator.id}, 'vat_normal', 50000, '杭州幻境数字娱乐有限公司', '91110000802100433B', 'a@example.com', now(), now())
    RETURNING id`
  return row!.id
}

test('in production no invoice is issued before name and tax id of the seller are set; the request waits unharmed', async () => {
  const manager = await aStaff('finance')
  const signedIn = await send('/auth/finance/login', { username: manager.username, password: PASSWORD })
  expect(signedIn.status).toBe(200)
  const token = signedIn.body.data!.access_token ?? signedIn.body.data!.token
  const id = await anInvoice()
  const approve = () => send(`/finance/invoices/inv_${id}/approve`, {}, token)
  const stateOf = async () => (await database.owner`SELECT status, number FROM invoice_records WHERE id = ${id}`)[0]

  for (const known of [[], ['invoice_seller_name']]) {
    for (const key of known) await database.owner`UPDATE system_configs SET value = '幻境互动（北京）科技有限公司' WHERE key = ${key}`
    const refused = await approve()
    expect([refused.status, refused.body.error_code]).toEqual([400, 'INVALID_PARAMS'])
    expect(refused.body.message).toContain('销售方')
    expect(await stateOf()).toEqual({ status: 'pending', number: null })
  }
  expect((await database.owner`SELECT count(*)::int AS used FROM invoice_numbers`)[0]!.used).toBe(0)

  await database.owner`UPDATE system_configs SET value = '91110108551385082Q' WHERE key = 'invoice_seller_tax_id'`
  const issued = await until('the server to know the seller', async () => {
    const answer = await approve()
    return answer.status === 200 && answer
  })
  expect(issued.status).toBe(200)
  expect(await stateOf()).toMatchObject({ status: 'approved', number: expect.stringMatching(/^FP\d{6}-000001$/) })
})
