import { and, count, eq, isNull } from 'drizzle-orm'
import { operationSites } from '#drizzle/schema'
import type { Uuid } from '#src/core/ids'
import { read } from '#src/platform/database'

/** How many undeleted sites an operator has. */
export async function countSites(operatorId: Uuid): Promise<number> {
  const [row] = await read()
    .select({ n: count() })
    .from(operationSites)
    .where(and(eq(operationSites.operatorId, operatorId), isNull(operationSites.deletedAt)))
  return Number(row?.n ?? 0)
}
