import type { ISql } from 'postgres'
import { readCode, readGuards, readRelations } from './catalogue'
import { readGrants, readRoles } from './rights'

/** Every object that the product relies on as `kind name` → its definition, in the same words on PostgreSQL 15 to 18. */
export type Fingerprint = Record<string, string>

export type Drift = { object: string; kind: 'missing' | 'changed' | 'extra'; expected?: string; actual?: string }

/** Reads the catalogue; costs tens of milliseconds, whatever the tables hold. Any role may read it. */
export async function readFingerprint(sql: ISql<Record<string, never>>): Promise<Fingerprint> {
  const rows = []
  for (const part of [readRelations, readGuards, readCode, readGrants, readRoles]) rows.push(...(await part(sql)))
  return Object.fromEntries(rows.map(({ object, definition }) => [object, definition] as const).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** What the live database lacks, has otherwise, or has besides. */
export function compare(expected: Fingerprint, actual: Fingerprint): Drift[] {
  const drifts: Drift[] = []
  for (const [object, definition] of Object.entries(expected)) {
    if (!(object in actual)) drifts.push({ object, kind: 'missing', expected: definition })
    else if (actual[object] !== definition) drifts.push({ object, kind: 'changed', expected: definition, actual: actual[object]! })
  }
  for (const [object, actualDefinition] of Object.entries(actual)) {
    if (!(object in expected)) drifts.push({ object, kind: 'extra', actual: actualDefinition })
  }
  return drifts
}
