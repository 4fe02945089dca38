import { fileURLToPath } from 'node:url'
import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { dayRange, dayRangeQuery } from '#src/core/day-range'
import { showId } from '#src/core/ids'
import { keysetQuery } from '#src/core/keyset'
import { text } from '#src/core/text'
import { businessDay, now, stopwatch } from '#src/core/time'
import { recordExport } from '#src/exports/exports'
import { fileBytes, mediaType } from '#src/exports/file'
import { statementName, statementPdf, statementTable } from '#src/exports/statement-file'
import { type FormCall, languageOf, type PageCall, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { transaction } from '#src/platform/database'
import { attachment, streamed } from '#src/platform/files'
import { type OperatorCaller, page } from '#src/platform/route'
import { LedgerPage } from '#views/operator/ledger'
import { StatementPage } from '#views/operator/statement'
import { TransactionsPage } from '#views/operator/transactions'
import { firstDayOf, type Statement, statementOf, sumsOf } from './statement'
import { listTransactions, MOVEMENT_KINDS } from './transactions'
import { chainLines, headOf, type Kept, verifyChain } from './verify'

type OwnCall = PageCall & { caller: OperatorCaller }

/** A place in the chain, as the pager carries it. */
const seqCursor = v.fallback(v.optional(v.pipe(v.string(), v.regex(/^[1-9]\d{0,17}$/))), undefined)

const TransactionsQuery = v.object({
  ...dayRangeQuery,
  after: seqCursor,
  before: seqCursor,
  size: keysetQuery.size,
  type: v.fallback(v.optional(v.picklist(MOVEMENT_KINDS)), undefined),
})
const StatementQuery = v.object({ ...dayRangeQuery, format: v.optional(v.picklist(['pdf', 'csv'])) })

/** An operator's money in the browser: what moved, the statement of a period, the proof of the ledger. */
export const balancesOperatorPages = [
  page('GET /operator/transactions', { audience: 'operator' }, async (call) => {
    const { range, from, to, type: kind, ...keyset } = pageQuery(call.request, TransactionsQuery)
    const dates = dayRange({ range, from, to }, call.info.now)
    const filter = { ...dates.stretch, kind }
    const [transactions, sums] = await Promise.all([listTransactions(call.caller.id, filter, keyset), sumsOf(call.caller.id, filter)])
    return showPage(call, h(TransactionsPage, { transactions, sums, kind, dates }))
  }),

  page('GET /operator/statement', { audience: 'operator' }, async (call) => {
    const { format, ...asked } = pageQuery(call.request, StatementQuery)
    const dates = await statementDates(call, asked)
    const statement = await statementOf(call.caller.id, dates.first!, dates.last!, dates.stretch!)
    return format ? statementFile(call, statement, format) : showPage(call, h(StatementPage, { dates, statement }))
  }),

  page('GET /operator/ledger', { audience: 'operator' }, async (call) => showLedger(call, null, { value: '', error: null })),

  page('POST /operator/ledger', { audience: 'operator' }, async (call) => {
    const value = call.form.kept?.trim() ?? ''
    const kept = keptHead(value)
    if (value !== '' && !kept) return showLedger(call, null, { value, error: text(languageOf(call), 'ledger.kept.error') }, 400)
    const elapsed = stopwatch()
    const result = await verifyChain(call.caller.id, { from: fromRow(call), kept })
    return showLedger(call, { ...result, seconds: elapsed() / 1_000, keptSeq: kept?.seq ?? null }, { value, error: null })
  }),

  page('GET /operator/ledger/chain.jsonl', { audience: 'operator' }, async (call) => {
    await recordDownload(call, { kind: 'ledger', format: 'jsonl' })
    const name = `ledger_${showId('operator', call.caller.id)}.jsonl`
    return streamed(chainLines(call.caller.id), attachment(name, 'application/jsonl; charset=utf-8'))
  }),

  page('GET /operator/ledger/check-ledger.mjs', { audience: 'operator' }, () => {
    const file = Bun.file(fileURLToPath(new URL('check-ledger.mjs', import.meta.url)))
    return new Response(file, { headers: attachment('check-ledger.mjs', 'text/javascript; charset=utf-8') })
  }),
]

/** This month unless asked otherwise; "all" begins with the first day on which money moved. */
async function statementDates({ caller, info }: OwnCall, asked: Parameters<typeof dayRange>[0]) {
  const dates = dayRange(asked, info.now, 'month')
  if (dates.stretch) return dates
  const today = businessDay(info.now)
  return dayRange({ from: (await firstDayOf(caller.id)) ?? today, to: today }, info.now)
}

async function statementFile(call: OwnCall, statement: Statement, format: 'pdf' | 'csv'): Promise<Response> {
  const { caller, info } = call
  const [language, head] = [languageOf(call), await headOf(caller.id)]
  await recordDownload(call, { kind: 'statement', format, first: statement.first, last: statement.last })
  const name = statementName(statement, format)
  if (format === 'csv') return streamed(fileBytes('csv', statementTable(statement, language)), attachment(name, mediaType('csv')))
  return new Response(await statementPdf(statement, caller, head, language, info.now), { headers: attachment(name, 'application/pdf') })
}

const recordDownload = ({ caller, info }: OwnCall, details: Record<string, unknown>): Promise<void> =>
  transaction((tx) => recordExport(tx, details, actOf(caller, info)))

type LedgerProps = Parameters<typeof LedgerPage>[0]

async function showLedger(call: OwnCall, result: LedgerProps['result'], kept: LedgerProps['kept'], status = 200): Promise<Response> {
  const head = await headOf(call.caller.id)
  return showPage(call, h(LedgerPage, { now: now(), operatorId: call.caller.id, head, result, kept }), { status })
}

/** `seq hash`, as the page shows a head; undefined for anything else. */
function keptHead(value: string): Kept | undefined {
  const [, seq, hash] = /^([1-9]\d{0,17})[\s:,]+([0-9a-f]{64})$/i.exec(value) ?? []
  return seq && hash ? { seq: BigInt(seq), hash: hash.toLowerCase() } : undefined
}

const fromRow = ({ form }: FormCall): bigint => (/^[1-9]\d{0,17}$/.test(form.from ?? '') ? BigInt(form.from!) : 1n)
