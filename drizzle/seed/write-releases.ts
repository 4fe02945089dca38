import { addMs, addSeconds, type Instant, iso } from '#src/core/time'
import type { Transaction } from '#src/platform/database'
import { STEPS, type StepOutcome } from '#src/releases/deploy-log'
import { randomFrom } from './random'
import type { World } from './world'

const DAY_MS = 86_400_000
const PLACE = 'demo:/srv/mr-game-ops'

/** Oldest first: two that went well, one that did not, and one that put it right. No schema: the head of this release. */
const STORY = [
  { days: 41, from: null, to: '0.1.0-baf4182', schema: '0020_finance_desk', result: 'succeeded' },
  { days: 12, from: '0.1.0-baf4182', to: '0.1.0-af7fe24', schema: null, result: 'succeeded' },
  {
    days: 5,
    from: '0.1.0-af7fe24',
    to: '0.1.0-a83b13e',
    schema: null,
    result: 'undone',
    failure: '1204 个应答中有 37 个 5xx / 37 of 1204 answers were 5xx',
  },
  { days: 4, from: '0.1.0-af7fe24', to: '0.1.0-1f448c0', schema: null, result: 'succeeded' },
] as const

/** Seconds of each step, as a machine of two cores takes them. */
const SECONDS = [0.1, 9.4, 3.2, 0.9, 0.8, 1.1, 0.2, 61.5] as const
const NOTES = [
  '最近的有效备份 7 小时前 / the last good backup is 7 h old',
  '已验证 / proved',
  '',
  '已是最新 / already at the head',
  '结构一致 / the schema is what this release expects',
  'http://127.0.0.1:43127',
  '签名授权 0.01 元并重放 / a signed game start, charged and replayed',
  '',
] as const

function stepsOf(at: Instant, failure: string | undefined): StepOutcome[] {
  let startedAt = at
  return STEPS.map((step, index) => {
    const outcome = { step, startedAt: iso(startedAt), seconds: SECONDS[index]!, result: 'done' as const, note: NOTES[index]! }
    startedAt = addSeconds(startedAt, SECONDS[index]!)
    return step === 'switch' && failure ? { ...outcome, result: 'failed' as const, note: failure } : outcome
  })
}

/** The releases of the demo's last weeks. */
export async function writeReleases({ sql }: Transaction, { now }: World): Promise<void> {
  const random = randomFrom('releases')
  const rows = STORY.map(({ days, from, to, result, schema, ...more }) => {
    const at = addMs(now, -days * DAY_MS)
    const failure = 'failure' in more ? more.failure : undefined
    const finishedAt = addSeconds(at, Math.ceil(SECONDS.reduce((sum, seconds) => sum + seconds, 0)))
    const facts = { from_version: from, to_version: to, result, failure: failure ?? null, schema_head: schema, steps: stepsOf(at, failure) }
    return {
      id: random.id(at),
      kind: 'release',
      started_by: 'deploy',
      place: PLACE,
      started_at: iso(at),
      finished_at: iso(finishedAt),
      ...facts,
    }
  })
  await sql`
    INSERT INTO deploy_log (id, kind, from_version, to_version, started_by, place, started_at, finished_at, result, steps, failure, schema_head)
    SELECT id, kind, from_version, to_version, started_by, place, started_at, finished_at, result, steps, failure,
      coalesce(schema_head, (SELECT max(id) FROM schema_migrations))
    FROM jsonb_populate_recordset(NULL::deploy_log, ${JSON.stringify(rows)}::text::jsonb)`
}
