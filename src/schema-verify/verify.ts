import type { Sql } from 'postgres'
import expected from '#drizzle/expected-schema.json'
import { migrationStatus } from '#drizzle/migrate'
import { openPool } from '#src/platform/database'
import type { Connection } from '#src/platform/database-url'
import { compare, readFingerprint } from './fingerprint'
import { runProbes } from './probes'

/** Is the live database what this release was shipped with? Each finding is a sentence; none is the good answer. */
export async function verifySchema(connection: Connection): Promise<{ findings: string[] }> {
  const findings = (await migrationStatus(connection)).filter(({ applied }) => !applied).map(({ id }) => `migration ${id} is not applied`)
  const sql = openPool(connection, { max: 1, name: 'mr-verify', asApplication: false }) as unknown as Sql<Record<string, never>>
  try {
    for (const { object, kind, expected: wanted, actual } of compare(expected, await readFingerprint(sql))) {
      findings.push(`${kind} ${object}${wanted ? `, expected: ${wanted}` : ''}${actual ? `, found: ${actual}` : ''}`)
    }
    if (findings.length === 0) findings.push(...(await runProbes(sql)).map((name) => `probe failed: ${name}`))
  } finally {
    await sql.end({ timeout: 5 })
  }
  return { findings }
}
