import { and, asc, desc, eq, gt, isNull, lt } from 'drizzle-orm'
import * as v from 'valibot'
import { operationSites } from '#drizzle/schema'
import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { someOf, text } from '#src/core/fields'
import { newId, showId, type Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import { Problem } from '#src/core/problem'
import { read, type Transaction } from '#src/platform/database'
import { contains } from '#src/platform/like'

export type Site = typeof operationSites.$inferSelect

const [name, address, description] = [text(2, 50), text(5, 200), text(0, 500)]

export const SiteInput = v.object({ name, address, description: v.nullish(description, null) })
export type SiteInput = v.InferOutput<typeof SiteInput>

export const SiteChange = someOf({ name: v.optional(name), address: v.optional(address), description: v.optional(v.nullable(description)) })
export type SiteChange = v.InferOutput<typeof SiteChange>

/** An operator's sites, newest first; deleted ones only if asked for. */
export async function listSites(
  operatorId: Uuid,
  { includeDeleted, keyword }: { includeDeleted: boolean; keyword: string },
): Promise<Site[]> {
  return read()
    .select()
    .from(operationSites)
    .where(
      and(
        eq(operationSites.operatorId, operatorId),
        includeDeleted ? undefined : isNull(operationSites.deletedAt),
        contains([operationSites.name, operationSites.address], keyword),
      ),
    )
    .orderBy(desc(operationSites.createdAt), desc(operationSites.id))
}

/** One page of them, newest first: ids are made in the order of creation. */
export async function sitesPage(
  operatorId: Uuid,
  { includeDeleted, keyword, ...keyset }: { includeDeleted: boolean; keyword: string } & Keyset,
): Promise<Slice<Site>> {
  const back = isBackwards(keyset)
  const rows = await read()
    .select()
    .from(operationSites)
    .where(
      and(
        eq(operationSites.operatorId, operatorId),
        includeDeleted ? undefined : isNull(operationSites.deletedAt),
        contains([operationSites.name, operationSites.address], keyword),
        keyset.after ? lt(operationSites.id, keyset.after) : undefined,
        back ? gt(operationSites.id, keyset.before!) : undefined,
      ),
    )
    .orderBy(back ? asc(operationSites.id) : desc(operationSites.id))
    .limit(rowsWanted(keyset))
  return cutPage(rows, keyset, (site) => site.id)
}

/** One site of an operator, a deleted one too: its past stays to be looked at. Throws SITE_NOT_FOUND for any other. */
export async function requireSite(operatorId: Uuid, id: Uuid): Promise<Site> {
  const [site] = await read()
    .select()
    .from(operationSites)
    .where(and(eq(operationSites.id, id), eq(operationSites.operatorId, operatorId)))
  if (!site) throw notFound(id)
  return site
}

/** The same for one that can still be changed. Throws SITE_NOT_FOUND for a deleted one too. */
export async function requireLiveSite(operatorId: Uuid, id: Uuid): Promise<Site> {
  const site = await requireSite(operatorId, id)
  if (site.deletedAt) throw notFound(id)
  return site
}

const notFound = (id: Uuid): Problem => new Problem('SITE_NOT_FOUND', { site_id: showId('site', id) })

/** Adds a site to an operator's own. */
export async function createSite(tx: Transaction, operatorId: Uuid, input: SiteInput, { actor, origin, at }: PersonalAct): Promise<Site> {
  const [site] = await tx.db
    .insert(operationSites)
    .values({ id: newId(), operatorId, ...input, createdAt: at, updatedAt: at })
    .returning()
  await record(
    tx,
    { actor, origin, operation: 'site_create', target: { kind: 'site', id: site!.id }, details: { operator_id: operatorId, ...input } },
    at,
  )
  return site!
}

/** Changes a site. Throws SITE_NOT_FOUND for one that is unknown, deleted or somebody else's, in the same words. */
export async function changeSite(
  tx: Transaction,
  operatorId: Uuid,
  id: Uuid,
  change: SiteChange,
  { actor, origin, at }: PersonalAct,
): Promise<Site> {
  const before = await lockSite(tx, operatorId, id)
  const [site] = await tx.db
    .update(operationSites)
    .set({ ...change, updatedAt: at })
    .where(eq(operationSites.id, id))
    .returning()
  const old = { name: before.name, address: before.address, description: before.description }
  await record(
    tx,
    {
      actor,
      origin,
      operation: 'site_update',
      target: { kind: 'site', id },
      details: { operator_id: operatorId, before: old, after: change },
    },
    at,
  )
  return site!
}

/** Deletes a site softly: no game starts there any more, its history stays. Throws like `changeSite`. */
export async function deleteSite(tx: Transaction, operatorId: Uuid, id: Uuid, { actor, origin, at }: PersonalAct): Promise<void> {
  const site = await lockSite(tx, operatorId, id)
  await tx.db.update(operationSites).set({ deletedAt: at, updatedAt: at }).where(eq(operationSites.id, id))
  await record(
    tx,
    { actor, origin, operation: 'site_delete', target: { kind: 'site', id }, details: { operator_id: operatorId, name: site.name } },
    at,
  )
}

async function lockSite(tx: Transaction, operatorId: Uuid, id: Uuid): Promise<Site> {
  const [site] = await tx.db
    .select()
    .from(operationSites)
    .where(and(eq(operationSites.id, id), eq(operationSites.operatorId, operatorId), isNull(operationSites.deletedAt)))
    .for('no key update')
  if (!site) throw notFound(id)
  return site
}

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
