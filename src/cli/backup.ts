import * as v from 'valibot'
import { copiedNames, fetchCopy, isCopying } from '#src/backups/copies'
import { createBackup, type Told } from '#src/backups/create'
import { faultOf } from '#src/backups/faults'
import { openBackup, requireWhole, type StoredBackup, totalBytes, totalRows } from '#src/backups/manifest'
import { backupNames, findBackup } from '#src/backups/place'
import { type Proof, proveBackup } from '#src/backups/prove'
import { noteRestore, storedBackups } from '#src/backups/records'
import { shownBytes } from '#src/backups/room'
import { formatDateTime, instant, now, stopwatch } from '#src/core/time'
import { config } from '#src/platform/config'
import { databaseConnection, databaseName } from '#src/platform/database-url'
import { flushLog } from '#src/platform/log'
import { loadSettings, seedSettings } from '#src/settings/settings'
import { type Command, checked, failure, parse, withDatabase } from './command'
import { columns, print, printProgress } from './print'

const PHASES = {
  writing: '写入 writing',
  checking: '校验 checking',
  restoring: '试恢复 restoring',
  proving: '核对账本 auditing',
  copying: '异地副本 copying',
}

/** How far it is, on one line of a terminal. */
export const showProgress: Told = (phase, done, total) =>
  printProgress(`${PHASES[phase]} ${total > 0 ? Math.min(100, Math.floor((done / total) * 100)) : 0} %`)

export const backupCommands: Command[] = [
  {
    name: 'backup create',
    usage: '[--reason manual|release|safety]',
    zh: '备份数据库和凭证文件，并试恢复、核对账本',
    en: 'back up the database and its papers, then restore and audit the copy',
    more: [
      '写入 BACKUP_DIR；只有试恢复成功、账本核对无误的备份才算有效。之后按配置复制到异地，并删除过期备份',
      'Written to BACKUP_DIR. Only a backup that was restored and audited counts; then it is copied elsewhere where configured, and old ones are removed',
    ],
    run: async (args) => {
      const { values } = parse(args, { reason: { type: 'string' } })
      const reason = checked('--reason', v.picklist(['manual', 'release', 'safety']), values.reason ?? 'manual')
      const elapsed = stopwatch()
      const made = await withDatabase(async () => {
        await seedSettings()
        await loadSettings()
        return createBackup({ reason, told: showProgress })
      }).finally(() => {
        printProgress('')
        flushLog()
      })
      print(
        columns([
          ['备份 backup', made.name],
          ['位置 folder', made.folder],
          ...proofRows(made, made.proof!),
          ['合计 in all', seconds(elapsed())],
        ]),
      )
      if (isCopying())
        print(made.copied ? '异地副本已写入 / copied elsewhere' : '异地副本没有写成，见告警 / NOT copied elsewhere, see the alert')
      print('备份有效 / the backup is good')
      return 0
    },
  },
  {
    name: 'backup list',
    usage: '[--copies]',
    zh: '列出备份及其证明',
    en: 'list the backups and their proofs',
    more: [
      '--copies   列出异地副本 / the copies elsewhere instead',
      '只读目录，数据库不在时也可用 / reads the folder only, so it works without the database',
    ],
    run: async (args) => {
      const { values } = parse(args, { copies: { type: 'boolean' } })
      const rows = values.copies ? (await copiedNames()).map((name) => [name]) : (await storedBackups()).map(storedRow)
      print(rows.length === 0 ? '没有备份 / there are no backups' : columns(rows))
      return 0
    },
  },
  {
    name: 'backup verify',
    usage: '[<name>]',
    zh: '校验备份文件（不需要数据库）',
    en: 'check the files of a backup, without a database',
    more: [
      '默认最新的一个 / the newest by default',
      '逐个文件核对校验和与密钥；任何缺损都以退出码 1 结束 / every checksum and the key; exit 1 on any fault',
    ],
    run: async (args) => {
      const backup = await chosen(args)
      await requireWhole(backup)
      const { manifest } = backup
      print(
        columns([
          ['备份 backup', manifest.name],
          ...sizeRows(backup),
          ['结构 schema', manifest.migrations.at(-1)!.id],
          ['加密 key', manifest.encryption?.keyId ?? '—'],
        ]),
      )
      print('文件完好 / the files are whole')
      return 0
    },
  },
  {
    name: 'backup drill',
    usage: '[<name>]',
    zh: '演练恢复：恢复到临时库，核对结构、行数与账本，然后删除',
    en: 'rehearse a restore: into a database of its own, compared and audited, then dropped',
    more: ['默认最新的一个 / the newest by default', '结果显示在 /admin/backups / the outcome is shown at /admin/backups'],
    run: async (args) => {
      const backup = await chosen(args)
      const startedAt = now()
      const { name } = backup.manifest
      const proof = await withDatabase(async () => {
        try {
          await requireWhole(backup)
          const found = await proveBackup(databaseConnection(config()), backup, { now: now(), told: showProgress })
          await noteRestore({ backupName: name, purpose: 'rehearsal', startedAt, proof: found }, now())
          return found
        } catch (error) {
          await noteRestore({ backupName: name, purpose: 'rehearsal', startedAt, fault: faultOf(error) }, now())
          throw error
        } finally {
          printProgress('')
        }
      })
      print(columns([['备份 backup', name], ...proofRows({ rows: proof.rows, bytes: totalBytes(backup.manifest) }, proof)]))
      print('演练成功 / the rehearsal succeeded')
      return 0
    },
  },
  {
    name: 'backup fetch',
    usage: '<name>',
    zh: '从异地取回一个备份',
    en: 'bring a backup back from elsewhere',
    more: ['名称见 mr backup list --copies / names: mr backup list --copies'],
    run: async (args) => {
      const { positionals } = parse(args, {}, ['name'])
      const folder = await fetchCopy(positionals[0]!, (done, total) => printProgress(`${done} / ${total}`)).finally(() => printProgress(''))
      print(`已取回 / fetched: ${folder}`)
      return 0
    },
  },
]

/** The backup that was named, or the newest of this database. */
async function chosen(args: string[]): Promise<StoredBackup> {
  const [named] = parse(args, {}, args.some((arg) => !arg.startsWith('-')) ? ['name'] : []).positionals
  return openBackup(await findBackup(named ?? (await newestName())))
}

async function newestName(): Promise<string> {
  const [newest] = await backupNames(databaseName(databaseConnection(config())))
  if (!newest) throw failure(`${config().BACKUP_DIR} 中没有备份`, `there are no backups in ${config().BACKUP_DIR}`)
  return newest
}

const storedRow = ({ name, takenAt, proof }: Awaited<ReturnType<typeof storedBackups>>[number]): string[] => [
  name,
  formatDateTime(takenAt),
  proof ? `有效 good  ${proof.rows} 行 rows  ${formatDateTime(instant(proof.provedAt))}` : '未证明 unproved',
]

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`

const sizeRows = ({ manifest }: StoredBackup): string[][] => [
  ['行数 rows', String(totalRows(manifest))],
  ['大小 size', shownBytes(totalBytes(manifest))],
]

const proofRows = (
  { rows, bytes }: { rows: number; bytes: number },
  proof: Pick<Proof, 'journalRows' | 'restoreMs' | 'auditMs'>,
): string[][] => [
  ['行数 rows', String(rows)],
  ['大小 size', shownBytes(bytes)],
  ['试恢复 restored in', seconds(proof.restoreMs)],
  ['核对账本 audited in', `${seconds(proof.auditMs)} (${proof.journalRows})`],
]
