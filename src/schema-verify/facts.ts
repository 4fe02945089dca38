import type { Sql } from 'postgres'
import { SCHEDULED_TYPES } from '#drizzle/schema'
import { OFFICE_PERMISSIONS, type OfficePermission } from '#src/core/office'
import { addDays, type Instant, iso, startOfMonth } from '#src/core/time'
import { ALL_PERMISSIONS, grantableTo, PERMISSIONS, type Seat } from '#src/permissions/permissions'
import { SETTINGS } from '#src/settings/settings'
import type { SchemaFinding } from './verify'

type Owner = Sql<{ bigint: bigint; json: unknown }>

/** A month that is not there yet: rows would go to DEFAULT, from which a partition can no longer be cut while they are there. */
const LONGEST_MONTH_DAYS = 31

/** Rows and partitions that the product cannot do without: permissions it knows, settings it reads, schedules, this month and the next. */
export async function readFacts(sql: Owner, at: Instant): Promise<SchemaFinding[]> {
  const found: SchemaFinding[] = []
  for (const read of [readPermissions, readOfficePermissions, readSettings, readSchedules, readPartitions]) {
    // A table that is missing has been named by the fingerprint.
    found.push(...(await read(sql, at).catch((error): SchemaFinding[] => [failed(read.name, error)])))
  }
  return found
}

const failed = (name: string, error: unknown): SchemaFinding => ({
  ...{ part: 'data', kind: 'failed', name, expected: 'readable', found: error instanceof Error ? error.message : String(error) },
})

/** Whoever was granted a permission holds a seat that may be granted it, under a name that this release knows. */
async function readPermissions(sql: Owner): Promise<SchemaFinding[]> {
  const rows = await sql<{ username: string; seat: Seat; permissions: string[] }[]>`
    SELECT username, coalesce(finance_grade, role) AS seat, permissions FROM admin_accounts WHERE permissions <> '{}'`
  return rows.flatMap(({ username, seat, permissions }) =>
    permissions
      .filter((key) => !(grantableTo(seat) as readonly string[]).includes(key))
      .map(
        (key): SchemaFinding => ({
          ...{ part: 'data', kind: 'extra', name: `permission ${key} of ${username}` },
          ...{
            expected: 'a permission that the seat may be granted',
            found: (ALL_PERMISSIONS as string[]).includes(key) ? `not for ${seat}` : 'unknown',
          },
        }),
      ),
  )
}

/** The 37 keys of the office stand in the database with the posts that hold them, as the code says. */
async function readOfficePermissions(sql: Owner): Promise<SchemaFinding[]> {
  const rows = await sql<{ key: OfficePermission; seats: string[] }[]>`SELECT key, seats FROM office_permissions`
  const there = new Map(rows.map(({ key, seats }) => [key, seats.toSorted().join(',')]))
  const missing = OFFICE_PERMISSIONS.filter((key) => !there.has(key)).map(
    (key): SchemaFinding => ({ part: 'data', kind: 'missing', name: `office permission ${key}`, expected: 'a row of office_permissions' }),
  )
  const changed = rows.flatMap(({ key }): SchemaFinding[] => {
    const [expected, found] = [([...(PERMISSIONS[key] ?? [])] as string[]).sort().join(','), there.get(key)!]
    return expected === found ? [] : [{ part: 'data', kind: 'changed', name: `office permission ${key}`, expected, found }]
  })
  return [...missing, ...changed]
}

/** Settings are written at the first start; what is there has the type that the code reads. */
async function readSettings(sql: Owner): Promise<SchemaFinding[]> {
  const rows = await sql<{ key: string; type: string }[]>`SELECT key, type FROM system_configs`
  const types = new Map(Object.entries(SETTINGS).map(([key, kind]) => [key, (kind as { type: string }).type]))
  return rows.flatMap(({ key, type }): SchemaFinding[] => {
    const wanted = types.get(key)
    return wanted === undefined || wanted === type
      ? []
      : [{ part: 'data', kind: 'changed', name: `setting ${key}`, expected: wanted, found: type }]
  })
}

async function readSchedules(sql: Owner): Promise<SchemaFinding[]> {
  const rows = await sql<{ type: string }[]>`SELECT report_type AS type FROM report_schedules`
  const there = new Set(rows.map(({ type }) => type))
  return SCHEDULED_TYPES.filter((type) => !there.has(type)).map(
    (type): SchemaFinding => ({
      ...{ part: 'data', kind: 'missing', name: `report schedule ${type}`, expected: 'a row of report_schedules' },
    }),
  )
}

/** The request log has a partition for this month and the next; a database of less than a day may still wait for the job that makes them. */
async function readPartitions(sql: Owner, at: Instant): Promise<SchemaFinding[]> {
  const bounds = await sql<{ bound: string }[]>`
    SELECT pg_get_expr(c.relpartbound, c.oid) AS bound FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'api_key_usage_logs'::regclass`
  const [old] = await sql`SELECT FROM schema_migrations WHERE applied_at < ${iso(addDays(at, -1))}::timestamptz LIMIT 1`
  if (!old) return []
  const months = [startOfMonth(at), startOfMonth(addDays(startOfMonth(at), LONGEST_MONTH_DAYS + 1))]
  return months
    .filter((month) => !bounds.some(({ bound }) => bound.includes(`FROM ('${postgresTime(month)}`)))
    .map(
      (month): SchemaFinding => ({
        ...{
          part: 'data',
          kind: 'missing',
          name: `partition of api_key_usage_logs from ${iso(month)}`,
          expected: 'made ahead by the job partitions',
        },
      }),
    )
}

/** `2026-10-31 16:00:00+00`, as the catalogue writes a bound in UTC. */
const postgresTime = (at: Instant): string => iso(at).slice(0, 19).replace('T', ' ')
