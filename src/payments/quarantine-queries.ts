import { and, count, desc, eq, gt, lt, type SQL } from 'drizzle-orm'
import { adminAccounts, operatorAccounts, paymentQuarantine } from '#drizzle/schema'
import type { Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import { Problem } from '#src/core/problem'
import { read } from '#src/platform/database'
import type { Quarantined } from './quarantine'

export const QUARANTINE_STATUSES = ['open', 'credited', 'returned', 'dismissed'] as const
export type QuarantineStatus = (typeof QUARANTINE_STATUSES)[number]

export type FoundQuarantined = { row: Quarantined; operatorName: string | null; resolverName: string | null }

const kept = paymentQuarantine

const selectKept = () =>
  read()
    .select({ row: kept, operatorName: operatorAccounts.name, resolverName: adminAccounts.name })
    .from(kept)
    .leftJoin(operatorAccounts, eq(operatorAccounts.id, kept.operatorId))
    .leftJoin(adminAccounts, eq(adminAccounts.id, kept.resolvedBy))

const inState = (status: QuarantineStatus | undefined): SQL | undefined => status && eq(kept.status, status)

/** One page of payments that did not fit, newest first. */
export async function listQuarantined(status: QuarantineStatus | undefined, keyset: Keyset): Promise<Slice<FoundQuarantined>> {
  const { after, before } = keyset
  const rows = await selectKept()
    .where(and(inState(status), after ? lt(kept.id, after) : before ? gt(kept.id, before) : undefined))
    .orderBy(isBackwards(keyset) ? kept.id : desc(kept.id))
    .limit(rowsWanted(keyset))
  return cutPage(rows, keyset, ({ row }) => row.id)
}

/** One numbered page of them with their count, as the API lists them. */
export async function pageOfQuarantined(status: QuarantineStatus | undefined, { page, page_size }: { page: number; page_size: number }) {
  const [[counted], rows] = await Promise.all([
    read().select({ total: count() }).from(kept).where(inState(status)),
    selectKept()
      .where(inState(status))
      .orderBy(desc(kept.id))
      .limit(page_size)
      .offset((page - 1) * page_size),
  ])
  return { total: counted!.total, rows }
}

export async function requireFoundQuarantined(id: Uuid): Promise<FoundQuarantined> {
  const [found] = await selectKept().where(eq(kept.id, id))
  if (!found) throw new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
  return found
}
