import { newId, type Uuid } from '#src/core/ids'
import { money } from '#src/core/money'
import { now, stopwatch } from '#src/core/time'
import { approveInvoice } from '#src/invoices/review'
import { config } from '#src/platform/config'
import { closeDatabase, openDatabase, rawSql, transaction } from '#src/platform/database'
import { loadSettings, seedSettings } from '#src/settings/settings'
import { recharged, removeInvoiceFiles } from '#tests/invoices/money'
import { createDatabase } from '#tests/support/database'
import { anOperator, aStaff } from '#tests/support/factory'

/** `bun run bench invoices`: how long 1,000 invoices take from request to numbered paper, and how much memory the process grows by. */

const USAGE = 'usage: bun run bench invoices [--invoices 1000] [--json]'
const TARGET_SECONDS = 15
/** The typesetter with its fonts is loaded before it is measured; what grows afterwards would grow for ever. */
const TARGET_MB = 100
const OPERATORS = 50
const WARM = 20

type InvoiceFigures = { invoices: number; seconds: number; cpuSeconds: number; growthMb: number; peakMb: number; fileKb: number }

/** Gives the exit code: 0 within the targets, 1 when not, 2 for a wrong call. */
export async function benchInvoices(args: string[]): Promise<number> {
  const invoices = Number(args.includes('--invoices') ? args[args.indexOf('--invoices') + 1] : 1_000)
  if (!Number.isInteger(invoices) || invoices < 1 || invoices > 100_000) {
    console.error(USAGE)
    return 2
  }
  const database = await createDatabase()
  try {
    openDatabase(database.connection, { max: 4, name: 'mr-bench-invoices', asApplication: true })
    await seedSettings()
    await loadSettings()
    const figures = await measureInvoices(invoices)
    await removeInvoiceFiles(database)
    console.log(args.includes('--json') ? JSON.stringify(figures) : line(figures))
    return figures.seconds <= TARGET_SECONDS && figures.growthMb <= TARGET_MB ? 0 : 1
  } finally {
    await closeDatabase()
    await database.drop()
  }
}

/** Approves so many requests one after the other, as finance does it: each with its lock, number, paper on the disk, message and audit row. */
async function measureInvoices(invoices: number): Promise<InvoiceFigures> {
  const reviewer = (await aStaff('finance')).id
  const waiting = await requests(invoices + WARM)
  for (const id of waiting.slice(0, WARM)) await approve(id, reviewer)
  Bun.gc(true)
  const before = process.memoryUsage.rss()
  let peak = before
  const [elapsed, cpu] = [stopwatch(), process.cpuUsage()]
  for (const id of waiting.slice(WARM)) {
    await approve(id, reviewer)
    peak = Math.max(peak, process.memoryUsage.rss())
  }
  const seconds = elapsed() / 1_000
  const { user, system } = process.cpuUsage(cpu)
  const [last] = await rawSql()<{ path: string }[]>`SELECT pdf_path AS path FROM invoice_records WHERE id = ${waiting.at(-1)!}`
  const fileKb = Bun.file(`${config().DATA_DIR}/invoices/${last!.path}`).size / 1_024
  return { invoices, seconds, cpuSeconds: (user + system) / 1e6, growthMb: (peak - before) / 1e6, peakMb: peak / 1e6, fileKb }
}

async function approve(id: Uuid, reviewer: Uuid): Promise<void> {
  const actor = { kind: 'staff' as const, id: reviewer, name: '张发财', role: 'manager' }
  await transaction((tx) => approveInvoice(tx, id, null, { actor, origin: null, at: now() }))
}

/** What waits for finance, of operators that paid enough. */
async function requests(count: number): Promise<Uuid[]> {
  const operators: Uuid[] = []
  for (let n = 0; n < OPERATORS; n++) {
    const { id } = await anOperator({ name: `压测运营商 ${n + 1}` })
    await recharged(id, '1000000.00')
    operators.push(id)
  }
  const ids = Array.from({ length: count }, () => newId())
  await rawSql()`
    INSERT INTO invoice_records (id, operator_id, invoice_type, amount_fen, invoice_title, tax_id, email, bank_name, bank_account,
      company_address, company_phone, created_at, updated_at)
    SELECT id, operator_id, 'vat_special', amount, '杭州幻境数字娱乐有限公司', '91110000802100433B', 'a@example.com', '招商银行杭州分行',
      '571900000010001', '浙江省杭州市西湖区延安路 98 号', '0571-88880000', now(), now()
    FROM unnest(${ids}::uuid[], ${ids.map((_, n) => operators[n % OPERATORS]!)}::uuid[],
      ${ids.map((_, n) => String(money(1_000 + n * 7)))}::bigint[]) AS t (id, operator_id, amount)`
  return ids
}

const line = ({ invoices, seconds, cpuSeconds, growthMb, peakMb, fileKb }: InvoiceFigures): string =>
  `${invoices} invoices: ${seconds.toFixed(2)} s (≤ ${TARGET_SECONDS}), ${((seconds / invoices) * 1_000).toFixed(1)} ms each, ` +
  `${cpuSeconds.toFixed(2)} s of processor; +${growthMb.toFixed(0)} MB (≤ ${TARGET_MB}), ${peakMb.toFixed(0)} MB in all; ${fileKb.toFixed(0)} KB a paper`
