import { sealContext } from '#src/accounts/api-keys'
import { record, SYSTEM } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import type { Instant } from '#src/core/time'
import type { Tick } from '#src/monitoring/tick'
import { config } from '#src/platform/config'
import { rawSql, type Transaction, transaction } from '#src/platform/database'
import { parseMasterKeys, type Sealed, sealUnder, unsealUnder } from '#src/platform/sealing'
import { totpContext } from '#src/staff/second-factor'
import { noteMasterKeys } from './standing'

/** Rows of one transaction: an operator's row is also the way of every game start. */
const AT_ONCE = 100

type Row = { id: Uuid } & Sealed
/** One kind of secret: which rows are sealed under other keys than the newest, and how a row is written again. */
type Kind = {
  count(versions: number[]): Promise<{ count: number }[]>
  next(tx: Transaction, versions: number[]): Promise<Row[]>
  write(tx: Transaction, row: Row): Promise<unknown>
  context(id: Uuid): string
}

const KINDS = {
  api_keys: {
    count: (versions) => rawSql()`SELECT count(*)::int AS count FROM operator_accounts WHERE api_key_version = ANY (${versions})`,
    next: (tx, versions) => tx.sql`
      SELECT id, api_key_cipher AS cipher, api_key_version AS version FROM operator_accounts
      WHERE api_key_version = ANY (${versions}) ORDER BY id LIMIT ${AT_ONCE} FOR NO KEY UPDATE`,
    write: (tx, { id, cipher, version }) => tx.sql`
      UPDATE operator_accounts SET api_key_cipher = ${Buffer.from(cipher)}, api_key_version = ${version} WHERE id = ${id}`,
    context: sealContext,
  },
  totp_secrets: {
    count: (versions) => rawSql()`SELECT count(*)::int AS count FROM admin_accounts WHERE totp_version = ANY (${versions})`,
    next: (tx, versions) => tx.sql`
      SELECT id, totp_cipher AS cipher, totp_version AS version FROM admin_accounts
      WHERE totp_version = ANY (${versions}) ORDER BY id LIMIT ${AT_ONCE} FOR NO KEY UPDATE`,
    write: (tx, { id, cipher, version }) => tx.sql`
      UPDATE admin_accounts SET totp_cipher = ${Buffer.from(cipher)}, totp_version = ${version} WHERE id = ${id}`,
    context: totpContext,
  },
} as const satisfies Record<string, Kind>

export type Resealed = { api_keys: number; totp_secrets: number }

/**
 * Encrypts every secret in the database that is sealed under an older master key again under the newest one. Bounded steps, each whole:
 * cut off at any moment, the next run goes on where this one ended. What is sealed under a key that is not configured stays as it is
 * (standing.ts tells of it). Throws when bytes do not open with their key.
 */
export async function resealSecrets({ now, signal, progress }: Tick): Promise<Resealed> {
  await noteMasterKeys(now)
  const older = parseMasterKeys(config().MASTER_KEYS)
    .slice(0, -1)
    .map(({ version }) => version)
  const resealed: Resealed = { api_keys: 0, totp_secrets: 0 }
  if (older.length === 0) return resealed
  const counted = await Promise.all(Object.values(KINDS).map((kind: Kind) => kind.count(older)))
  const total = counted.reduce((sum, [row]) => sum + row!.count, 0)
  for (const [name, kind] of Object.entries(KINDS) as [keyof Resealed, Kind][]) {
    for (let step = -1; step !== 0; ) {
      signal.throwIfAborted()
      step = await transaction((tx) => resealSome(tx, kind, older))
      resealed[name] += step
      progress({ done: resealed.api_keys + resealed.totp_secrets, total })
    }
  }
  await recordResealed(resealed, now)
  return resealed
}

async function resealSome(tx: Transaction, kind: Kind, older: number[]): Promise<number> {
  const keys = config().MASTER_KEYS
  const rows = await kind.next(tx, older)
  for (const row of rows)
    await kind.write(tx, { id: row.id, ...sealUnder(keys, unsealUnder(keys, row, kind.context(row.id)), kind.context(row.id)) })
  return rows.length
}

async function recordResealed(resealed: Resealed, at: Instant): Promise<void> {
  if (resealed.api_keys + resealed.totp_secrets === 0) return
  const version = parseMasterKeys(config().MASTER_KEYS).at(-1)!.version
  const entry = { actor: SYSTEM, origin: null, operation: 'master_key_reseal', target: { kind: 'master_key', id: String(version) } }
  await transaction((tx) => record(tx, { ...entry, details: { ...resealed } }, at))
}
