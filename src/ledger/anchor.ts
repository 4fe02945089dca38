import { mkdirSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Uuid } from '#src/core/ids'
import { config } from '#src/platform/config'
import { rawSql } from '#src/platform/database'

/** Where each operator's chain stood at the last good proof. */
export type Anchors = Record<Uuid, { seq: string; hash: string }>

/**
 * Beside the database, not in it: whoever cuts the journal's end inside the database cannot cut it here. One file per database, so
 * that a restored copy is not measured against the original.
 */
async function anchorFile(): Promise<string> {
  const [row] = await rawSql()<{ name: string }[]>`SELECT system_identifier || '-' || current_database() AS name FROM pg_control_system()`
  return join(config().DATA_DIR, `ledger-anchor-${row!.name}.json`)
}

/** The anchors of the last good proof; none before the first. */
export async function readAnchors(): Promise<Anchors> {
  const file = Bun.file(await anchorFile())
  return (await file.exists()) ? ((await file.json()) as Anchors) : {}
}

/** Keeps the heads of a good proof, whole or not at all. */
export async function writeAnchors(heads: Anchors): Promise<void> {
  const path = await anchorFile()
  mkdirSync(config().DATA_DIR, { recursive: true })
  const next = `${path}.${process.pid}`
  await Bun.write(next, JSON.stringify(heads))
  await rename(next, path)
}
