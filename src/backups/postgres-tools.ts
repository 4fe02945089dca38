import { config } from '#src/platform/config'
import { addressOf, type Connection } from '#src/platform/database-url'
import { BackupFault } from './faults'

/** PostgreSQL's own programs for backups. They come with a client package, not with the embedded server. */
type Tool = 'pg_dump' | 'pg_restore'

/** The path of a tool that fits a server: its major version or a newer one; undefined where there is none. */
async function findTool(tool: Tool, major: number): Promise<string | undefined> {
  const path = Bun.which(tool)
  if (!path) return undefined
  const child = Bun.spawn([path, '--version'], { stdio: ['ignore', 'pipe', 'ignore'] })
  const version = /\(PostgreSQL\) (\d+)/.exec(await new Response(child.stdout).text())?.[1]
  return (await child.exited) === 0 && Number(version ?? 0) >= major ? path : undefined
}

/** The path of a tool that fits a server of this major version. Throws BackupFault where there is none. */
export async function requireTool(tool: Tool, major: number): Promise<string> {
  const path = await findTool(tool, major)
  if (!path) throw new BackupFault('tool_missing', { tool, major })
  return path
}

/** How a backup of this server is written: as BACKUP_WAY says, or by pg_dump where both its halves fit. */
export async function wayFor(major: number): Promise<'archive' | 'pg_dump'> {
  const { BACKUP_WAY } = config()
  if (BACKUP_WAY !== 'auto') return BACKUP_WAY
  const both = await Promise.all([findTool('pg_dump', major), findTool('pg_restore', major)])
  return both.every((path) => path !== undefined) ? 'pg_dump' : 'archive'
}

const PARAMETERS: Record<string, string> = { sslmode: 'PGSSLMODE', sslrootcert: 'PGSSLROOTCERT', sslcert: 'PGSSLCERT', sslkey: 'PGSSLKEY' }

/** Where the database is, for PostgreSQL's own programs: in their environment, since everybody may read a command line. */
export function libpqEnvironment(connection: Connection): Record<string, string> {
  const url = new URL(addressOf(connection))
  const given: Record<string, string> = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    PGDATABASE: decodeURIComponent(url.pathname.slice(1)),
    PGHOST: url.searchParams.get('host') ?? decodeURIComponent(url.hostname),
    PGPORT: url.searchParams.get('port') ?? (url.port || '5432'),
    PGUSER: decodeURIComponent(url.username),
    PGPASSWORD: decodeURIComponent(url.password),
    PGAPPNAME: 'mr-backup',
  }
  for (const [parameter, variable] of Object.entries(PARAMETERS)) {
    const value = url.searchParams.get(parameter)
    if (value) given[variable] = value
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''))
}
