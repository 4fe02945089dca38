import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { operatorAccounts } from '#drizzle/schema'
import { actOf, record } from '#src/audit-logs/audit-log'
import { say } from '#src/core/validation'
import { lockOperators } from '#src/ledger/lock'
import { isAddressRange } from '#src/platform/address-list'
import { transaction } from '#src/platform/database'
import type { RequestInfo } from '#src/platform/http'
import type { OperatorCaller } from '#src/platform/route'
import { confirmPassword } from './change-password'

const MOST = 20

/** Addresses and ranges, one a line or parted by commas; none means that the key is good from everywhere. */
export const AddressList = v.pipe(
  v.string(),
  v.transform((text) => [...new Set(text.split(/[\s,，;；]+/).filter(Boolean))]),
  v.check((list) => list.length <= MOST, say(`最多${MOST}个地址`, `may have at most ${MOST} addresses`)),
  v.check(
    (list) => list.every(isAddressRange),
    say('每行须为一个IP地址或网段，例如203.0.113.7或10.0.0.0/8', 'needs one IP address or range a line, such as 203.0.113.7 or 10.0.0.0/8'),
  ),
)

/** An operator says, with its password, from where its key is good; in force with the COMMIT, for calls that wait for a decision too. Throws UNAUTHORIZED. */
export async function changeKeyAddresses(caller: OperatorCaller, addresses: string[], password: string, info: RequestInfo): Promise<void> {
  await confirmPassword(caller, password, info)
  const { actor, origin, at } = actOf(caller, info)
  await transaction(async (tx) => {
    const [before] = await lockOperators(tx, { ids: [caller.id] })
    // The range is what counts: 10.1.2.3/8 is written as 10.0.0.0/8.
    const [written] = await tx.sql<{ ranges: string[] }[]>`
      SELECT ARRAY(SELECT DISTINCT network(given::inet) FROM unnest(${addresses}::text[]) AS given ORDER BY 1)::text[] AS ranges`
    const ranges = written!.ranges
    await tx.db.update(operatorAccounts).set({ apiKeyAddresses: ranges, updatedAt: at }).where(eq(operatorAccounts.id, caller.id))
    const details = { before: before!.apiKeyAddresses, after: ranges }
    await record(tx, { actor, origin, operation: 'api_key_addresses', target: { kind: 'operator', id: caller.id }, details }, at)
  })
}
