import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { now } from '#src/core/time'
import { proveAndKeep } from '#src/ledger/audit-job'
import { proveLedger } from '#src/ledger/prove'
import { authorize } from '#tests/support/client'
import { openTestDatabase } from '#tests/support/database'
import { startServer } from '#tests/support/http'
import { auditTouchedLedger, auditWholeLedger } from '#workers/ledger-audit'
import { CORRUPTIONS, leave, type Owner, type Story, tellStory } from './corruptions'

type Opened = Awaited<ReturnType<typeof openTestDatabase>>
type Found = { rule: string; row: string; operator_id?: string }

const tick = () => ({ now: now(), signal: new AbortController().signal, progress: () => {} })

const alertsIn = ({ owner }: Opened) =>
  owner<{ subject: string; details: Found; closed: boolean }[]>`
    SELECT subject, details, closed_at IS NOT NULL AS closed FROM alerts WHERE kind = 'ledger_findings' ORDER BY id`

const wholeAudits = ({ owner }: Opened) => owner`SELECT FROM job_runs WHERE job = 'ledger-audit' AND status = 'requested'`

describe('the proof of the ledger', () => {
  let database: Opened
  let server: ReturnType<typeof startServer>
  let story: Story
  beforeAll(async () => {
    database = await openTestDatabase()
    server = startServer()
    story = await tellStory(server.url)
  })
  afterAll(async () => {
    await server.drain(1_000)
    await database.close()
  })

  test('finds nothing in honest books and counts them', () => {
    expect(story.before.findings).toEqual([])
    expect(story.before).toMatchObject({ operators: 2, transactions: 7, drift: 0n })
  })

  test('of one operator reads only its rows', async () => {
    const proof = await proveLedger({ now: now(), operatorId: story.other.operator.id })
    expect(proof).toMatchObject({ operators: 1, transactions: 2, findings: [] })
  })

  test('that is called off ends with the reason', async () => {
    const ended = AbortSignal.abort(new Error('the deadline has passed'))
    expect(proveLedger({ now: now(), signal: ended })).rejects.toThrow('the deadline has passed')
  })
})

describe('the audit of each minute', () => {
  let database: Opened
  let server: ReturnType<typeof startServer>
  beforeAll(async () => {
    database = await openTestDatabase()
    server = startServer()
  })
  afterAll(async () => {
    await server.drain(1_000)
    await database.close()
  })

  test('reads what is new, once: nothing where nothing happened, whatever lies before', async () => {
    const { store } = await tellStory(server.url)
    expect(await auditTouchedLedger(tick())).toEqual({ operators: 2, transactions: 7, findings: 0 })
    expect(await auditTouchedLedger(tick())).toEqual({ operators: 0, transactions: 0, findings: 0 })
    expect((await authorize(server.url, store, { players: 1 })).status).toBe(200)
    expect(await auditTouchedLedger(tick())).toEqual({ operators: 1, transactions: 1, findings: 0 })
    expect(await alertsIn(database)).toHaveLength(0)
  })

  test('goes on where the proof of the whole ledger ended, and two at once disturb each other in nothing', async () => {
    await tellStory(server.url)
    await proveAndKeep(now())
    const both = await Promise.all([auditTouchedLedger(tick()), auditTouchedLedger(tick())])
    for (const counts of both) expect(counts).toEqual({ operators: 0, transactions: 0, findings: 0 })
  })
})

test('fifteen kinds of corruption are rehearsed', () => {
  expect(CORRUPTIONS).toHaveLength(15)
})

describe.each(CORRUPTIONS.map((corruption) => [corruption.fault, corruption] as const))('a superuser leaves %s', (_, corruption) => {
  let database: Opened
  let server: ReturnType<typeof startServer>
  beforeAll(async () => {
    database = await openTestDatabase()
    server = startServer()
  })
  afterAll(async () => {
    await server.drain(1_000)
    await database.close()
  })

  test('both audits name it with its row, and call our people', async () => {
    const story = await tellStory(server.url)
    expect(await auditTouchedLedger(tick())).toMatchObject({ findings: 0 })
    await leave(corruption, database.owner as Owner, story)

    // Within the minute: by name, or as a change of rows that nobody may change, which asks for the whole proof at once.
    await auditTouchedLedger(tick())
    const operator = `op_${story.store.operator.id}`
    const early = await alertsIn(database)
    if (corruption.minute) {
      const [kept] = await database.owner<
        { findings: Found[] }[]
      >`SELECT findings FROM ledger_proofs WHERE scope = 'touched' ORDER BY id DESC LIMIT 1`
      const { rule, row } = corruption.minute
      expect({ named: kept?.findings.some((one) => one.rule === rule && row.test(one.row)), kept }).toMatchObject({ named: true })
      expect(early.map(({ subject }) => subject)).toContain(operator)
    } else {
      expect(early.map(({ subject }) => subject)).toContain('journal')
      expect(await wholeAudits(database)).toHaveLength(1)
    }

    const { findings } = await proveLedger({ now: now(), anchors: story.before.heads })
    const isNamed = findings.some(
      (one) => one.rule === corruption.rule && corruption.row.test(one.row) && one.operatorId === story.store.operator.id,
    )
    expect({ isNamed, findings }).toMatchObject({ isNamed: true })
    await auditWholeLedger(tick())
    expect((await alertsIn(database)).filter(({ closed }) => !closed).map(({ subject }) => subject)).toContain(operator)
  })
})
