import { createBackup } from '#src/backups/create'
import { openBackup } from '#src/backups/manifest'
import { findBackup } from '#src/backups/place'
import { carryOut, planRestore, type RestoreConsent, type RestorePlan, requireConsent } from '#src/backups/restore'
import { shownBytes } from '#src/backups/room'
import { formatDateTime, instant, now } from '#src/core/time'
import { config } from '#src/platform/config'
import { closeDatabase } from '#src/platform/database'
import { databaseConnection, databaseName } from '#src/platform/database-url'
import { flushLog } from '#src/platform/log'
import { loadSettings, seedSettings } from '#src/settings/settings'
import { showProgress } from './backup'
import { type Command, parse, withDatabase } from './command'
import { columns, complain, print, printProgress } from './print'

export const backupRestoreCommands: Command[] = [
  {
    name: 'backup restore',
    usage: '<name> [--into database] [--confirm database] [--disconnect] [--foreign] [--no-safety]',
    zh: '从备份恢复；不加 --confirm 只预演',
    en: 'restore a backup; without --confirm only a dry run',
    more: [
      '先恢复到临时库并核对，再一次性换上；原库改名保留，换上之前出错则原库不变',
      'Restored and audited beside the target first, then swapped in one step; the former database stays under another name',
      '--into        目标数据库，默认为当前配置的数据库 / the target, by default the configured database',
      '--confirm     再次写出目标数据库名 / the name of the target again',
      '--disconnect  断开仍连着目标的程序 / end the connections of programs that still use it',
      '--foreign     允许覆盖另一套系统的数据 / replace the data of another installation',
      '--no-safety   不先备份现有数据库（它已无法读取时）/ skip the backup of what is there, when it cannot be read any more',
    ],
    run: restore,
  },
]

const OPTIONS = {
  into: { type: 'string' },
  confirm: { type: 'string' },
  disconnect: { type: 'boolean' },
  foreign: { type: 'boolean' },
  'no-safety': { type: 'boolean' },
} as const

async function restore(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, OPTIONS, ['name'])
  const connection = databaseConnection(config())
  const backup = await openBackup(await findBackup(positionals[0]!))
  const plan = await planRestore(connection, backup, values.into ?? databaseName(connection))
  print(described(plan))
  const consent: RestoreConsent = { confirmed: values.confirm, disconnects: values.disconnect ?? false, foreign: values.foreign ?? false }
  if (values.confirm === undefined && plan.target.exists) return dryRun(plan)
  requireConsent(plan, consent)
  if (plan.target.exists && plan.target.holds !== 'nothing' && !values['no-safety'] && isConfigured(plan)) await safety()
  const { papers, formerDatabase, restoreMs, auditMs } = await carryOut(connection, plan, consent.disconnects, {
    now: now(),
    told: showProgress,
  }).finally(async () => {
    printProgress('')
    await closeDatabase()
    flushLog()
  })
  print(`已恢复 / restored: ${plan.target.database}  (${((restoreMs + auditMs) / 1000).toFixed(1)} s)`)
  if (formerDatabase)
    print(
      `原库保留为 / the former database stays as: ${formerDatabase}\n  确认无误后删除 / drop it when all is well: DROP DATABASE "${formerDatabase}"`,
    )
  print(`凭证文件 / papers: +${papers.written}, =${papers.there}`)
  for (const path of papers.different) complain(`与备份不同，未改动 / differs from the backup, left as it is: ${path}`)
  return 0
}

const isConfigured = ({ target }: RestorePlan): boolean => target.database === databaseName(databaseConnection(config()))

function dryRun({ backup, target }: RestorePlan): number {
  const more = [target.connected.length > 0 ? ' --disconnect' : '', target.holds === 'other' ? ' --foreign' : ''].join('')
  print('\n预演结束，没有改动。要恢复请运行 / A dry run, nothing was changed. To restore:')
  print(`  bin/mr backup restore ${backup.manifest.name} --into ${target.database} --confirm ${target.database}${more}`)
  return 0
}

const HOLDS = {
  nothing: '空 empty',
  same: '本系统的数据 data of this installation',
  other: '另一套系统的数据 data of ANOTHER installation',
}

function described({ backup: { manifest }, target, rows, bytes, behind }: RestorePlan): string {
  return columns([
    ['备份 backup', manifest.name],
    ['时刻 as of', formatDateTime(instant(manifest.takenAt))],
    ['内容 content', `${rows} 行 rows, ${manifest.files.count} 个凭证文件 papers, ${shownBytes(bytes)}`],
    ['版本 release', `${manifest.release}, ${manifest.migrations.at(-1)!.id}${behind.length > 0 ? ` → ${behind.at(-1)}` : ''}`],
    ['目标 target', target.database],
    ['现有 there now', target.exists ? HOLDS[target.holds] : '无 nothing'],
    ['连接 connections', target.connected.length === 0 ? '0' : `${target.connected.length} (${[...new Set(target.connected)].join(', ')})`],
  ])
}

/** What is there now, once more: a restore is often the second mistake of a night. It counts as unproved, since the former database stays too. */
async function safety(): Promise<void> {
  print('先备份现有数据库 / backing up what is there first …')
  const { name } = await withDatabase(async () => {
    await seedSettings()
    await loadSettings()
    return createBackup({ reason: 'safety', proves: false, told: showProgress })
  }).finally(() => printProgress(''))
  print(`  ${name}`)
}
