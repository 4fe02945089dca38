import { eq, type SQL } from 'drizzle-orm'
import { exports } from '#drizzle/schema'
import type { Uuid } from '#src/core/ids'
import type { OperatorCaller, StaffCaller } from '#src/platform/route'

/** Whose file it is: an operator's, of its own rows, or a person's of ours, of what the consoles show. */
export type Owner = Pick<OperatorCaller, 'kind' | 'id'> | Pick<StaffCaller, 'kind' | 'id'>
/** The same where what may be taken out is decided. */
export type Asker = Pick<OperatorCaller, 'kind' | 'id'> | StaffCaller

/** Whose rows of `exports` are meant: the first condition of every question. */
export const ownedBy = ({ kind, id }: Owner): SQL => eq(kind === 'operator' ? exports.operatorId : exports.staffId, id)

/** The owner's columns of a new row. */
export const ownerColumns = ({ kind, id }: Owner): { operatorId: Uuid | null; staffId: Uuid | null } =>
  kind === 'operator' ? { operatorId: id, staffId: null } : { operatorId: null, staffId: id }

/** The owner of a row. */
export const ownerOf = ({ operatorId, staffId }: { operatorId: Uuid | null; staffId: Uuid | null }): Owner =>
  operatorId === null ? { kind: 'staff', id: staffId! } : { kind: 'operator', id: operatorId }
