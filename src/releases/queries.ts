import type { Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import { Problem } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import type { DeployKind, DeployResult, StepOutcome } from './deploy-log'

export type DeployRow = {
  id: Uuid
  kind: DeployKind
  from: string | null
  to: string | null
  by: string
  place: string
  startedAt: Instant
  finishedAt: Instant | null
  result: DeployResult
  steps: StepOutcome[]
  failure: string | null
  schemaHead: string | null
  overrideReason: string | null
}

const columns = () => rawSql()`
  id, kind, from_version AS from, to_version AS to, started_by AS by, place, started_at AS "startedAt", finished_at AS "finishedAt", result,
  steps, failure, schema_head AS "schemaHead", override_reason AS "overrideReason"`

/** Releases and rollbacks, newest first; their ids are in the order of their beginnings. */
export async function listDeploys(keyset: Keyset): Promise<Slice<DeployRow>> {
  const sql = rawSql()
  const { after, before } = keyset
  const where = after ? sql`WHERE id < ${after}` : before ? sql`WHERE id > ${before}` : sql``
  const rows = await sql<DeployRow[]>`
    SELECT ${columns()} FROM deploy_log ${where} ORDER BY id ${isBackwards(keyset) ? sql`ASC` : sql`DESC`} LIMIT ${rowsWanted(keyset)}`
  return cutPage(rows, keyset, ({ id }) => id)
}

/** What was last brought into service; undefined before the first release. */
export async function presentDeploy(): Promise<DeployRow | undefined> {
  const [row] = await rawSql()<DeployRow[]>`SELECT ${columns()} FROM deploy_log WHERE result = 'succeeded' ORDER BY started_at DESC LIMIT 1`
  return row
}

/** Throws RESOURCE_NOT_FOUND. */
export async function requireDeploy(id: Uuid): Promise<DeployRow> {
  const [row] = await rawSql()<DeployRow[]>`SELECT ${columns()} FROM deploy_log WHERE id = ${id}`
  if (!row) throw new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
  return row
}
