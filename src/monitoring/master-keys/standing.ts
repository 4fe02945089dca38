import { addDays, type Instant, iso } from '#src/core/time'
import { raiseAlert, settleAlert } from '#src/notifications/alerts'
import { config } from '#src/platform/config'
import { rawSql, transaction } from '#src/platform/database'
import { parseMasterKeys } from '#src/platform/sealing'
import { setting } from '#src/settings/settings'
import { sealedKeyFiles } from './key-files'

/** A master key: whether this process has it, since when, and what is sealed under it. */
export type MasterKeyStanding = {
  version: number
  isConfigured: boolean
  firstUsedAt: Instant | null
  apiKeys: number
  totpSecrets: number
  files: number
}

/** Every master key that is configured or that something is still sealed under, newest first. */
export async function masterKeyStandings(): Promise<MasterKeyStanding[]> {
  const [sealed, known] = await Promise.all([
    rawSql()<{ version: number; apiKeys: number; totpSecrets: number }[]>`
      SELECT version, sum(keys)::int AS "apiKeys", sum(secrets)::int AS "totpSecrets" FROM (
        SELECT api_key_version AS version, count(*) AS keys, 0 AS secrets FROM operator_accounts GROUP BY 1
        UNION ALL SELECT totp_version, 0, count(*) FROM admin_accounts WHERE totp_version IS NOT NULL GROUP BY 1) s GROUP BY version`,
    rawSql()<{ version: number; at: Instant }[]>`SELECT version, first_used_at AS at FROM master_keys`,
  ])
  const configured = new Set(parseMasterKeys(config().MASTER_KEYS).map(({ version }) => version))
  const files = sealedKeyFiles()
  const versions = new Set([...configured, ...sealed.map(({ version }) => version), ...files.map(({ version }) => version)])
  return [...versions]
    .sort((a, b) => b - a)
    .map((version) => {
      const rows = sealed.find((row) => row.version === version)
      return {
        version,
        isConfigured: configured.has(version),
        firstUsedAt: known.find((row) => row.version === version)?.at ?? null,
        apiKeys: rows?.apiKeys ?? 0,
        totpSecrets: rows?.totpSecrets ?? 0,
        files: files.filter((file) => file.version === version).length,
      }
    })
}

/** Writes down when each configured key was first seen. Throws when a number has been given to another key: what it sealed is lost then. */
export async function noteMasterKeys(at: Instant): Promise<void> {
  for (const { version, key } of parseMasterKeys(config().MASTER_KEYS)) {
    const digest = new Bun.CryptoHasher('sha256').update('mr-master-key:').update(key).digest()
    const [row] = await rawSql()<{ isSame: boolean }[]>`
      INSERT INTO master_keys AS known (version, digest, first_used_at) VALUES (${version}, ${digest}, ${iso(at)}::timestamptz)
      ON CONFLICT (version) DO UPDATE SET version = known.version RETURNING known.digest = ${digest} AS "isSame"`
    if (!row!.isSame) throw new Error(`master key ${version} is another key than before: give a new key a new number`)
  }
}

/** `rotate`: the newest key is old. `remove`: nothing needs these any more. `missing`: something is sealed under keys that are not there. */
export type MasterKeyAdvice = { rotate: number | null; remove: number[]; missing: number[] }

/** What somebody should do about the keys. An old one may go when nothing is sealed under it and the overlap for backups is over. */
export function adviseOnKeys(keys: readonly MasterKeyStanding[], now: Instant): MasterKeyAdvice {
  const newest = keys.find(({ isConfigured }) => isConfigured)
  const since = newest?.firstUsedAt ?? now
  const ageDays = Math.floor((now.getTime() - since.getTime()) / 86_400_000)
  const isSettled = since <= addDays(now, -setting('master_key_overlap_days'))
  const needsNone = ({ apiKeys, totpSecrets, files }: MasterKeyStanding) => apiKeys + totpSecrets + files === 0
  return {
    rotate: ageDays >= setting('master_key_rotation_days') ? ageDays : null,
    remove: keys.filter((key) => key !== newest && key.isConfigured && isSettled && needsNone(key)).map(({ version }) => version),
    missing: keys.filter((key) => !key.isConfigured && !needsNone(key)).map(({ version }) => version),
  }
}

const SUBJECTS = ['rotate', 'remove', 'missing'] as const

/** Every morning: tells that a key is due for its successor, may be removed, or is missed; and that it is so no more. */
export async function checkMasterKeys({
  now,
}: {
  now: Instant
}): Promise<{ keys: number; age_days: number; removable: number; missing: number }> {
  await noteMasterKeys(now)
  const keys = await masterKeyStandings()
  const advice = adviseOnKeys(keys, now)
  const newest = keys.find(({ isConfigured }) => isConfigured)
  const ageDays = Math.floor((now.getTime() - (newest?.firstUsedAt ?? now).getTime()) / 86_400_000)
  const details = {
    rotate: advice.rotate === null ? null : { days: String(advice.rotate) },
    remove: advice.remove.length === 0 ? null : { versions: advice.remove.join(', ') },
    missing: advice.missing.length === 0 ? null : { versions: advice.missing.join(', ') },
  }
  await transaction(async (tx) => {
    for (const subject of SUBJECTS) {
      const about = { kind: 'master_key_old', subject } as const
      if (details[subject]) await raiseAlert(tx, { ...about, audience: 'operations', details: details[subject] }, now)
      else await settleAlert(tx, about, now)
    }
  })
  return { keys: keys.length, age_days: ageDays, removable: advice.remove.length, missing: advice.missing.length }
}
