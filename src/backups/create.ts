import { newId, type Uuid } from '#src/core/ids'
import { iso, now, stopwatch } from '#src/core/time'
import { readAnchors } from '#src/ledger/anchor'
import { raiseAlert, settleAlert } from '#src/notifications/alerts'
import { openedConnection, transaction } from '#src/platform/database'
import { faultPoint } from '#src/platform/fault-point'
import { log } from '#src/platform/log'
import { version } from '../../package.json'
import { writeArchive } from './archive'
import { copyBackup, isCopying } from './copies'
import { writeDump } from './dump'
import { BackupFault, faultOf } from './faults'
import { newKeys } from './keys'
import {
  IDENTITY,
  type Manifest,
  openBackup,
  type ProofFacts,
  requireWhole,
  type StoredBackup,
  totalBytes,
  totalRows,
  writeManifest,
  writeProof,
} from './manifest'
import { writePapers } from './papers'
import { keepFinished, makeUnfinished, newName, removeBackup, removeUnfinished } from './place'
import { wayFor } from './postgres-tools'
import { proveBackup } from './prove'
import { followFolder, noteCopy, noteEnd, noteFailure, noteProgress, noteRestore, noteStart, type Phase, type Reason } from './records'
import { removeOld } from './retention'
import { requireRoom } from './room'
import { dropLeftScratch } from './scratch'
import { openSnapshot, type Snapshot } from './snapshot'
import { startWriting, type Writing } from './writing'

export type Told = (phase: Phase, done: number, total: number) => void
export type CreateOptions = {
  reason: Reason
  signal?: AbortSignal | undefined
  told?: Told | undefined
  /** False: written and checked, but not restored; it then counts as unproved. For the moment before a restore. */
  proves?: boolean
}
export type Created = {
  name: string
  folder: string
  rows: number
  bytes: number
  proof: ProofFacts | undefined
  copied: boolean
  removed: number
}

/** Pages look every two seconds. */
const PROGRESS_MS = 500
const ABOUT = { kind: 'backup_failed', subject: 'backup' } as const
const ABOUT_COPY = { kind: 'backup_failed', subject: 'copy' } as const

/**
 * Makes a backup of the database that is open and of the papers beside it, restores it into a database of its own and audits that: only
 * then it is good. Afterwards it is copied elsewhere where that is configured, and old ones are removed. Whatever fails leaves no files
 * that look like a backup, an alert and, in `backups`, the reason. Throws BackupFault.
 */
export async function createBackup(options: CreateOptions): Promise<Created> {
  const connection = openedConnection()
  // Read before the snapshot: each row that an anchor names is then in it.
  const anchors = await readAnchors()
  const snapshot = await openSnapshot(connection)
  if (!snapshot) throw new BackupFault('under_way')
  const name = newName(snapshot.database, snapshot.takenAt)
  const id = newId()
  try {
    await removeUnfinished(snapshot.database, now())
    await dropLeftScratch(connection, snapshot.database)
    await followFolder(snapshot.database, now())
    await noteStart(id, name, options.reason, snapshot.takenAt, now())
    const told = tellingRow(id, options.told)
    const backup = await write(snapshot, name, anchors, { ...options, told })
    const proof = options.proves === false ? undefined : await prove(backup, { ...options, told })
    await noteEnd(id, backup, proof, now())
    await transaction((tx) => settleAlert(tx, ABOUT, now()))
    const copied = proof !== undefined && (await copy(backup, told))
    const { removed } = await removeOld(snapshot.database, now())
    const { folder, manifest } = backup
    return { name, folder, rows: totalRows(manifest), bytes: totalBytes(manifest), proof, copied, removed }
  } catch (error) {
    throw await (options.signal?.aborted ? interrupted(id) : failed(id, faultOf(error)))
  } finally {
    await snapshot.end()
  }
}

/** Writes beside its place, and gives it its name when every byte is on the disk. */
async function write(
  snapshot: Snapshot,
  name: string,
  anchors: Manifest['anchors'],
  { reason, signal, told }: Telling,
): Promise<StoredBackup> {
  const connection = openedConnection()
  const way = await wayFor(snapshot.server.major)
  await requireRoom(snapshot, connection)
  const keys = newKeys()
  const place = { folder: await makeUnfinished(name), backup: name, keys }
  try {
    const writing = startWriting(place, (rows) => told('writing', rows, Math.max(rows, snapshot.estimatedRows)), signal)
    const content = await Promise.race([contentOf(snapshot, way, writing), snapshot.lost])
    const { database, installation, server, migrations, databaseBytes, sequences, takenAt } = snapshot
    const facts = {
      name,
      reason,
      way,
      takenAt: iso(takenAt),
      release: version,
      server: server.version,
      encryption: keys?.encryption ?? null,
    }
    const manifest = {
      ...IDENTITY,
      ...facts,
      database,
      installation,
      migrations,

      databaseBytes,
      ...content,
      sequences,
      anchors,
    }
    await writeManifest(place.folder, manifest, keys)
    faultPoint('backup_written')
    return await openBackup(await keepFinished(name))
  } catch (error) {
    await removeBackup(name)
    throw error
  }
}

async function contentOf(
  snapshot: Snapshot,
  way: 'archive' | 'pg_dump',
  writing: Writing,
): Promise<Pick<Manifest, 'tables' | 'dump' | 'files'>> {
  const rows =
    way === 'pg_dump'
      ? await writeDump(snapshot, openedConnection(), writing)
      : { tables: await writeArchive(snapshot, writing), dump: null }
  return { ...rows, files: await writePapers(writing) }
}

/** From the disk again, as it would be in an emergency. */
async function prove(backup: StoredBackup, { signal, told }: Telling): Promise<ProofFacts> {
  const startedAt = now()
  const { name } = backup.manifest
  try {
    let bytes = 0
    await requireWhole(backup, (more) => {
      bytes += more
      told('checking', bytes, totalBytes(backup.manifest))
    })
    const proof = await proveBackup(openedConnection(), backup, { now: now(), signal, told })
    const facts = { ...proof, provedAt: iso(now()) }
    await writeProof(backup.folder, facts)
    await noteRestore({ backupName: name, purpose: 'proof', startedAt, proof }, now())
    return facts
  } catch (error) {
    await noteRestore({ backupName: name, purpose: 'proof', startedAt, fault: faultOf(error) }, now())
    throw error
  }
}

/** A copy that cannot be made is an alert of its own: the backup itself is good. */
async function copy(backup: StoredBackup, told: Told): Promise<boolean> {
  if (!isCopying()) return false
  const { name } = backup.manifest
  try {
    await copyBackup(backup, (done, total) => told('copying', done, total))
    await noteCopy(name, undefined, now())
    await transaction((tx) => settleAlert(tx, ABOUT_COPY, now()))
    return true
  } catch (error) {
    const fault = faultOf(error)
    log('error', 'the copy of a backup was not made', { operation: 'backup', name, error: fault.message, alert: true })
    await noteCopy(name, fault, now())
    await transaction((tx) => raiseAlert(tx, { ...ABOUT_COPY, audience: 'operations', details: { code: fault.code } }, now()))
    return false
  }
}

/** Its time is over or its process ends, and the clock knows what to do about that. */
async function interrupted(id: Uuid): Promise<BackupFault> {
  const fault = new BackupFault('interrupted')
  await noteFailure(id, fault, now()).catch(() => {})
  return fault
}

/** Keeps what happened; the database may be what is away, and the fault itself then says so. */
async function failed(id: Uuid, fault: BackupFault): Promise<BackupFault> {
  log('error', 'backup failed', { operation: 'backup', error: fault.message, alert: true })
  await noteFailure(id, fault, now()).catch(() => {})
  const details = { code: fault.code, error: fault.message.slice(0, 300) }
  await transaction((tx) => raiseAlert(tx, { ...ABOUT, audience: 'operations', details }, now())).catch(() => {})
  return fault
}

type Telling = CreateOptions & { told: Told }

/** Tells whoever asked, each time, and the row now and then. */
function tellingRow(id: Uuid, told: Told = () => {}): Told {
  let elapsed = stopwatch()
  let shown: Phase | undefined
  return (phase, done, total) => {
    told(phase, done, total)
    if (phase === shown && elapsed() < PROGRESS_MS) return
    shown = phase
    elapsed = stopwatch()
    // A page that shows an old number is no reason to give up a backup.
    noteProgress(id, phase, done, total, now()).catch(() => {})
  }
}
