import { addMs, addSeconds, iso } from '#src/core/time'
import type { Transaction } from '#src/platform/database'
import { randomFrom } from './random'
import type { World } from './world'

const HOUR_MS = 3_600_000
const HOURS = 48
/** A release met a database that somebody had put an index on by hand; an hour later it was gone. */
const DRIFTED_HOURS_AGO = 120
const FINDING = {
  ...{ part: 'object', kind: 'extra', name: 'index usage_records_session' },
  found: 'CREATE INDEX usage_records_session ON public.usage_records USING btree (session_id)',
}

/** The hourly checks of the last two days, and the one that found something. */
export async function writeChecks({ sql }: Transaction, { now }: World): Promise<void> {
  const random = randomFrom('checks')
  const row = (hoursAgo: number, cause: 'job' | 'command', findings: readonly object[]) => {
    const at = addMs(now, -hoursAgo * HOUR_MS)
    const facts = { release: '0.1.0', objects: 1_698 + findings.length, probes: 402 }
    const times = { started_at: iso(at), finished_at: iso(addSeconds(at, 1)) }
    return { id: random.id(at), cause, status: findings.length === 0 ? 'sound' : 'drift', ...facts, findings, ...times }
  }
  const rows = [
    row(DRIFTED_HOURS_AGO, 'command', [FINDING]),
    row(DRIFTED_HOURS_AGO - 1, 'job', []),
    ...Array.from({ length: HOURS }, (_, hour) => row(HOURS - hour, 'job', [])),
  ]
  await sql`
    INSERT INTO schema_checks (id, cause, status, release, migration, fingerprint, objects, probes, findings, started_at, finished_at)
    SELECT id, cause, status, release, (SELECT max(id) FROM schema_migrations), sha256(convert_to(status, 'UTF8')), objects, probes, findings, started_at, finished_at
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) AS c (id uuid, cause text, status text, release text,
      objects integer, probes integer, findings jsonb, started_at timestamptz, finished_at timestamptz)`
}
