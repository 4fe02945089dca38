import { now } from '#src/core/time'
import type { Counts, Tick } from '#src/monitoring/tick'
import { openedConnection, transaction } from '#src/platform/database'
import { log } from '#src/platform/log'
import { keepCheck, tellCheck } from '#src/schema-verify/checks'
import { verifySchema } from '#src/schema-verify/verify'

/** Is the live database what this release was shipped with? What is not is an alert (schema_drift) and stands in schema_checks. */
export async function checkSchema({ now: startedAt }: Tick): Promise<Counts> {
  const found = await verifySchema(openedConnection())
  await transaction((tx) => tellCheck(tx, found, now()))
  await transaction((tx) => keepCheck(tx, 'job', found, startedAt, now()))
  const { findings, objects, probes } = found
  if (findings.length > 0)
    log('error', 'the schema has drifted', { operation: 'schema_verify', findings: findings.length, first: findings[0], alert: true })
  return { objects, probes, findings: findings.length }
}
