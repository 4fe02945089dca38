import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { now, nowMs } from '#src/core/time'
import { childEnvironment, config, environmentFaults } from '#src/platform/config'
import { errorCode, rawSql } from '#src/platform/database'
import { type Home, pathsOf } from './home'

/** Room for a release with its packages, and for a backup beside it. */
const LEAST_FREE_MB = 1_024
const MOST_CLOCK_DIFFERENCE_MS = 2_000
const LEAST_POSTGRES = 150_000
const DAY_MS = 86_400_000

/**
 * Whether the machine is fit for a release, before anything is touched: settings, room, database, clock, a proved backup of the last 24
 * hours. Gives a sentence; throws an Error that lists everything that is wrong. A missing backup alone may be overridden with a reason.
 */
export async function preflight(home: Home, options: { withoutBackup: string | undefined; needsBackup: boolean }): Promise<string> {
  const faults = [...settingFaults(home), ...roomFaults(home)]
  const database = faults.length > 0 ? { faults: [], note: '' } : await lookAtDatabase(options)
  faults.push(...database.faults)
  if (faults.length > 0) throw new Error(faults.join('\n'))
  return database.note
}

function settingFaults(home: Home): string[] {
  const { settings } = pathsOf(home)
  if (!existsSync(settings)) return [`缺少 ${settings}，请由 .env.example 复制并填写 / there is no ${settings}: make it from .env.example`]
  const faults = environmentFaults(childEnvironment({}))
  if (faults.length > 0) return faults
  const { DATABASE_URL } = config()
  const given = childEnvironment({}).DATA_DIR
  if (!DATABASE_URL && !(given && isAbsolute(given)))
    return ['DATABASE_URL 未设置 / DATABASE_URL is not set: a release needs a database that outlives it']
  return []
}

function roomFaults(home: Home): string[] {
  try {
    accessSync(home.folder, constants.W_OK)
  } catch {
    return [`没有写入权限：${home.folder} / cannot write to ${home.folder}`]
  }
  const { bavail, bsize } = statfsSync(home.folder)
  return roomFault((bavail * bsize) / 1_048_576)
}

/** What free megabytes say; a sentence when they are too few. */
export const roomFault = (freeMb: number): string[] =>
  freeMb >= LEAST_FREE_MB
    ? []
    : [
        `磁盘只剩 ${Math.floor(freeMb)} MB，至少需要 ${LEAST_FREE_MB} MB / only ${Math.floor(freeMb)} MB are free, ${LEAST_FREE_MB} are needed`,
      ]

async function lookAtDatabase({ withoutBackup, needsBackup }: { withoutBackup: string | undefined; needsBackup: boolean }) {
  const sql = rawSql()
  const before = nowMs()
  const [server] = await sql<{ at: Date; version: number; isEmpty: boolean; hasBackups: boolean }[]>`
    SELECT clock_timestamp() AS at, current_setting('server_version_num')::int AS version,
           to_regclass('public.operator_accounts') IS NULL AS "isEmpty", to_regclass('public.backups') IS NOT NULL AS "hasBackups"`
  const faults: string[] = []
  const apart = Math.abs(server!.at.getTime() - (before + nowMs()) / 2)
  if (apart > MOST_CLOCK_DIFFERENCE_MS)
    faults.push(`时钟与数据库相差 ${Math.round(apart / 1000)} 秒 / the clock is ${Math.round(apart / 1000)} s away from the database's`)
  if (server!.version < LEAST_POSTGRES) faults.push('PostgreSQL 版本低于 15 / PostgreSQL is older than 15')
  if (server!.isEmpty || !needsBackup) return { faults, note: server!.isEmpty ? '空数据库 / an empty database' : '' }
  const age = server!.hasBackups ? await backupAge() : undefined
  const note =
    age === undefined
      ? '没有经过验证的备份 / no backup was proved'
      : `最近的有效备份 ${Math.round(age / 3_600_000)} 小时前 / the last good backup is ${Math.round(age / 3_600_000)} h old`
  if ((age === undefined || age > DAY_MS) && withoutBackup === undefined)
    faults.push(
      `${note}；先运行 mr backup create，或以 --without-backup "原因" 承担风险（会记入审计） / run mr backup create first, or take the risk with --without-backup "reason", which is audited`,
    )
  return { faults, note }
}

/** Milliseconds since the moment that the newest good backup shows; undefined without one. */
async function backupAge(): Promise<number | undefined> {
  try {
    const [row] = await rawSql()<{ at: Date | null }[]>`SELECT max(taken_at) AS at FROM backups WHERE status = 'good'`
    return row?.at ? now().getTime() - row.at.getTime() : undefined
  } catch (error) {
    // A release that brings backups for the first time.
    if (errorCode(error) === '42703') return undefined
    throw error
  }
}
