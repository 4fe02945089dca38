import { open, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import * as v from 'valibot'
import { BACKUP_REASONS, BACKUP_WAYS } from '#drizzle/schema'
import { BackupFault } from './faults'
import { type BackupKeys, digestOf, keysFor } from './keys'
import { type Part, partFault } from './part'

/** Raised when a release could not read what another wrote. */
const FORMAT = 1
const PRODUCT = 'mr-game-ops'
const MANIFEST = 'manifest.json'
const DIGEST = 'manifest.digest'
const PROOF = 'proof.json'

const whole = v.pipe(v.number(), v.integer(), v.minValue(0))
const hex = (bytes: number) => v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`)))
/** A name of a file inside the backup's folder, never a way out of it. */
const fileName = v.pipe(v.string(), v.regex(/^[\w-][\w.-]{0,120}$/))

const PartSchema = v.object({ file: fileName, index: whole, bytes: whole, sha256: hex(32), plainBytes: whole })

const TableSchema = v.object({
  schema: v.string(),
  name: v.string(),
  columns: v.array(v.string()),
  /** The table that this one is a monthly piece of. */
  pieceOf: v.nullable(v.string()),
  rows: whole,
  /** Where its rows are; null where pg_dump has them all in one part. */
  part: v.nullable(PartSchema),
})

const ManifestSchema = v.object({
  product: v.literal(PRODUCT),
  format: whole,
  name: v.string(),
  reason: v.picklist(BACKUP_REASONS),
  way: v.picklist(BACKUP_WAYS),
  /** The moment that it shows, ISO. */
  takenAt: v.string(),
  release: v.string(),
  database: v.string(),
  /** The hash of the first row of its audit log: what two copies of one installation share. Null before the first row. */
  installation: v.nullable(v.string()),
  server: v.string(),
  migrations: v.array(v.object({ id: v.string(), sha256: v.string() })),
  databaseBytes: whole,
  encryption: v.nullable(v.object({ algorithm: v.literal('AES-256-GCM'), keyId: v.string(), salt: v.string() })),
  tables: v.array(TableSchema),
  sequences: v.array(v.object({ schema: v.string(), name: v.string(), last: v.string() })),
  /** The ends of the ledger's chains at its last good proof. */
  anchors: v.record(v.string(), v.object({ seq: v.string(), hash: v.string() })),
  dump: v.nullable(PartSchema),
  /** What lies beside the database: papers, vouchers, bills. */
  files: v.object({ count: whole, part: v.nullable(PartSchema) }),
})

export type TableOfBackup = v.InferOutput<typeof TableSchema>
export type Manifest = v.InferOutput<typeof ManifestSchema>

/** What a proof found, kept beside the files so that it outlives the database. */
const ProofSchema = v.object({ provedAt: v.string(), rows: whole, journalRows: whole, restoreMs: whole, auditMs: whole })
export type ProofFacts = v.InferOutput<typeof ProofSchema>

/** Writes the manifest and what proves it, as the last files: a folder without them is no backup. Gives its SHA-256. */
export async function writeManifest(folder: string, manifest: Manifest, keys: BackupKeys | undefined): Promise<Uint8Array> {
  const text = `${JSON.stringify(manifest, null, 1)}\n`
  await writeDurably(join(folder, MANIFEST), text)
  await writeDurably(join(folder, DIGEST), `${digestOf(text, keys)}\n`)
  return new Bun.CryptoHasher('sha256').update(text).digest()
}

/** A backup on the disk. */
export type StoredBackup = { folder: string; manifest: Manifest; sha256: Uint8Array; keys: BackupKeys | undefined }

/** Reads and proves the manifest of the backup in `folder`. Throws BackupFault when there is none, it was changed, or no key opens it. */
export async function openBackup(folder: string): Promise<StoredBackup> {
  const name = basename(folder)
  const text = await readText(join(folder, MANIFEST))
  const digest = (await readText(join(folder, DIGEST)))?.trim()
  if (text === undefined) throw new BackupFault('not_a_backup', { folder })
  const parsed = v.safeParse(ManifestSchema, parseJson(text))
  if (!parsed.success) throw misread(text, digest, folder)
  const manifest = parsed.output
  if (manifest.format > FORMAT) throw new BackupFault('format_newer', { format: manifest.format, known: FORMAT })
  const keys = keysFor(manifest.encryption)
  if (digest !== digestOf(text, keys)) throw new BackupFault('manifest_changed', { name })
  return { folder, manifest, sha256: new Bun.CryptoHasher('sha256').update(text).digest(), keys }
}

/** Something else's manifest, one of a later release, or ours and damaged. */
function misread(text: string, digest: string | undefined, folder: string): BackupFault {
  const { product, format } = (parseJson(text) ?? {}) as { product?: unknown; format?: unknown }
  if (product === PRODUCT && typeof format === 'number' && format > FORMAT)
    return new BackupFault('format_newer', { format, known: FORMAT })
  const isOfOthers = digest === undefined || digest === digestOf(text, undefined)
  return isOfOthers ? new BackupFault('not_a_backup', { folder }) : new BackupFault('manifest_changed', { name: basename(folder) })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Every file of a backup against its manifest, all faults at once. Throws BackupFault with the first. */
export async function requireWhole({ folder, manifest }: StoredBackup, onPart: (bytes: number) => void = () => {}): Promise<void> {
  const faults: BackupFault[] = []
  for (const part of partsOf(manifest)) {
    const fault = await partFault(folder, part)
    if (fault) faults.push(fault)
    onPart(part.bytes)
  }
  if (faults.length === 1) throw faults[0]!
  if (faults.length > 1) throw new BackupFault('parts_faulty', { count: faults.length, first: String(faults[0]!.facts.part) })
}

const partsOf = ({ tables, dump, files }: Manifest): Part[] =>
  [...tables.map(({ part }) => part), dump, files.part].filter((part) => part !== null)

/** All files of a backup's folder, what proves it last: whoever copies them in this order never has a backup that only looks whole. */
export async function filesOf(folder: string): Promise<string[]> {
  const last = [MANIFEST, DIGEST, PROOF]
  const names = (await readdir(folder)).toSorted()
  return [...names.filter((name) => !last.includes(name)), ...last.filter((name) => names.includes(name))]
}

export const writeProof = (folder: string, proof: ProofFacts): Promise<void> =>
  writeDurably(join(folder, PROOF), `${JSON.stringify(proof)}\n`)

/** What the last good proof of this backup found; undefined when there was none. */
export async function readProof(folder: string): Promise<ProofFacts | undefined> {
  const text = await readText(join(folder, PROOF))
  const parsed = text === undefined ? undefined : v.safeParse(ProofSchema, parseJson(text))
  return parsed?.success ? parsed.output : undefined
}

export const totalRows = ({ tables }: Manifest): number => tables.reduce((sum, { rows }) => sum + rows, 0)
export const totalBytes = (manifest: Manifest): number => partsOf(manifest).reduce((sum, { bytes }) => sum + bytes, 0)

async function writeDurably(path: string, text: string): Promise<void> {
  const handle = await open(path, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function readText(path: string): Promise<string | undefined> {
  const file = Bun.file(path)
  return (await file.exists()) ? file.text() : undefined
}

/** PRODUCT and FORMAT, where a manifest is made. */
export const IDENTITY = { product: PRODUCT, format: FORMAT } as const
