import '#tests/support/preload'
import { now, stopwatch } from '#src/core/time'
import { verifySchema } from '#src/schema-verify/verify'
import { CORRUPTIONS, type Corruption, leave, type Owner, tellStory } from '#tests/ledger/corruptions'
import { createDatabase, openTestDatabase, stopCluster } from '#tests/support/database'
import { startServer } from '#tests/support/http'
import { spawnWorkers } from '#tests/support/workers'
import { auditTouchedLedger, auditWholeLedger } from '#workers/ledger-audit'
import { DRIFTS, type DriftFault } from './drifts'
import { type Outcome, report } from './outcomes'

/** What the issue asks for: a drift within this time … */
const VERIFY_SECONDS = 5
/** … and a corruption within this, of which the clock may need half a minute to come round. */
const AUDIT_SECONDS = 60
const CLOCK_SECONDS = 30

/** `bun run drill schema`: every drift and every corruption on its own, each in a fresh database. */
export async function drill(words: string[]): Promise<number> {
  if (words.length > 0) {
    console.error('usage: bun run drill schema')
    return 2
  }
  const drifts: Outcome[] = []
  for (const drift of DRIFTS) drifts.push(await tryDrift(drift))
  const corruptions: Outcome[] = []
  for (const corruption of CORRUPTIONS) corruptions.push(await tryCorruption(corruption))
  corruptions.push(await tryClock())
  const code = Math.max(report('drift of the schema', drifts), report('corruption of the ledger', corruptions))
  await stopCluster()
  return code
}

async function tryDrift({ fault, statement, named, probe }: DriftFault): Promise<Outcome> {
  const database = await createDatabase()
  try {
    await database.owner.unsafe(statement)
    const elapsed = stopwatch()
    const { details } = await verifySchema(database.connection)
    const seconds = elapsed() / 1000
    const finding = details.find(({ part, kind, name }) => part !== 'probe' && `${kind} ${name}`.startsWith(named))
    const tried = probe ? details.find(({ part, name }) => part === 'probe' && probe.test(name)) : undefined
    const found = finding ? `${finding.kind} ${finding.name}${tried ? `; probe: ${tried.name}` : ''}` : 'nothing'
    const passed = finding !== undefined && (!probe || tried !== undefined) && seconds <= VERIFY_SECONDS
    return { fault, expected: `${named} within ${VERIFY_SECONDS} s`, found, passed, seconds }
  } finally {
    await database.drop()
  }
}

async function tryCorruption(corruption: Corruption): Promise<Outcome> {
  const database = await openTestDatabase()
  const server = startServer()
  try {
    const story = await tellStory(server.url)
    await auditTouchedLedger(tick())
    await leave(corruption, database.owner as Owner, story)
    const elapsed = stopwatch()
    const found = await audits(database.owner as Owner, corruption, story.store.operator.id)
    const seconds = elapsed() / 1000
    const passed = found !== undefined && seconds + CLOCK_SECONDS <= AUDIT_SECONDS
    return { fault: corruption.fault, expected: `${corruption.rule} within ${AUDIT_SECONDS} s`, found: found ?? 'nothing', passed, seconds }
  } finally {
    await server.drain(1_000)
    await database.close()
  }
}

/** The same with a real workers process, nobody helping: from the change to the alert that names the operator. */
async function tryClock(): Promise<Outcome> {
  const database = await openTestDatabase()
  const server = startServer()
  const owner = database.owner as Owner
  const workers = spawnWorkers(database.url)
  try {
    const story = await tellStory(server.url)
    await until(async () => (await owner`SELECT FROM ledger_watermarks WHERE operator_id = ${story.store.operator.id}`).length > 0)
    const elapsed = stopwatch()
    await leave(CORRUPTIONS.find(({ fault }) => fault === 'changed amount')!, owner, story)
    const subject = `op_${story.store.operator.id}`
    await until(async () => (await owner`SELECT FROM alerts WHERE kind = 'ledger_findings' AND subject = ${subject}`).length > 0)
    const seconds = elapsed() / 1000
    const passed = seconds <= AUDIT_SECONDS
    const fault = 'changed amount, found by the clock alone'
    return {
      fault,
      expected: `an alert within ${AUDIT_SECONDS} s`,
      found: passed ? `alert for ${subject}` : 'nothing in time',
      passed,
      seconds,
    }
  } finally {
    await workers.stop()
    await server.drain(1_000)
    await database.close()
  }
}

/** Looks twice a second, for twice as long as anything may take. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 4 * AUDIT_SECONDS && !(await isSo()); look++) await Bun.sleep(500)
}

const tick = () => ({ now: now(), signal: new AbortController().signal, progress: () => {} })
type Found = { rule: string; operatorId: string | null; row: string }

/** What the clock does: the audit of the minute and, when that asks for it, the proof of the whole ledger. Gives what was named, and by which. */
async function audits(owner: Owner, { rule, row, minute }: Corruption, operatorId: string): Promise<string | undefined> {
  const named = (found: Found[], wanted: Pick<Corruption, 'rule' | 'row'>) =>
    found.find((one) => one.rule === wanted.rule && wanted.row.test(one.row) && one.operatorId === operatorId)
  await auditTouchedLedger(tick())
  const early = minute && named(await findingsOf(owner, 'touched'), minute)
  if (early) return `by the minute's audit: ${early.rule} ${early.row}`
  const asked = await owner`SELECT FROM job_runs WHERE job = 'ledger-audit' AND status = 'requested'`
  if (asked.length === 0) return undefined
  await auditWholeLedger(tick())
  const late = named(await findingsOf(owner, 'full'), { rule, row })
  return late && `by the whole proof, asked for by the minute's audit: ${late.rule} ${late.row}`
}

async function findingsOf(owner: Owner, scope: 'touched' | 'full'): Promise<Found[]> {
  const [proof] = await owner<
    { findings: Found[] }[]
  >`SELECT findings FROM ledger_proofs WHERE scope = ${scope} ORDER BY finished_at DESC LIMIT 1`
  return proof?.findings ?? []
}
