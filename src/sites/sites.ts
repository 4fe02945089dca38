import { and, desc, eq, isNull } from 'drizzle-orm'
import { operationSites } from '#drizzle/schema'
import { type Uuid, showId } from '#src/core/ids'
import { read } from '#src/platform/database'

/** The sites a headset server may choose from at its first set-up: undeleted, newest first. */
export async function sitesForHeadset(operatorId: Uuid, { page, page_size }: { page: number; page_size: number }) {
  const rows = await read()
    .select({ id: operationSites.id, name: operationSites.name, address: operationSites.address })
    .from(operationSites)
    .where(and(eq(operationSites.operatorId, operatorId), isNull(operationSites.deletedAt)))
    .orderBy(desc(operationSites.id))
    .limit(page_size)
    .offset((page - 1) * page_size)
  return rows.map((site) => ({ site_id: showId('site', site.id), name: site.name, address: site.address }))
}
