import { picklist } from 'valibot'
import { DEPLOY_KINDS } from '#drizzle/schema'
import { text } from '#src/core/fields'
import { formatDateTime, instant } from '#src/core/time'
import { findMachine } from '#src/releases/control'
import { STEPS } from '#src/releases/deploy-log'
import { recordElsewhere, smokeAt } from '#src/releases/elsewhere'
import { currentVersion, type Home, homeAround, openHome, releasesOf } from '#src/releases/home'
import { readState } from '#src/releases/journal'
import { isLocked } from '#src/releases/lock'
import { pack } from '#src/releases/pack'
import { release, rollBack, type Teller } from '#src/releases/release'
import { thisAct } from './act'
import { type Command, checked, failure, parse, UsageError, wholeNumber, withDatabase } from './command'
import { columns, print } from './print'

const ROOT = `${import.meta.dir}/../..`
/** Long enough to see what a release does to those who call it; a rollback goes to what was seen before. */
const [WATCH_SECONDS, WATCH_ROLLBACK_SECONDS] = [60, 10]
const HOME_HELP = '--home DIR   发布目录，默认为本版本所在的目录 / the folder of releases, by default the one that this release stands in'

export const releaseCommands: Command[] = [
  {
    name: 'release status',
    usage: '[--home DIR]',
    zh: '当前版本、保留的版本、进行中的发布',
    en: 'what runs, what is kept, what is under way',
    more: [HOME_HELP],
    run: async (args) => {
      const { values } = parse(args, { home: { type: 'string' } })
      return status(homeOf(values.home))
    },
  },
  {
    name: 'release smoke',
    usage: '<url>',
    zh: '对一个服务做签名授权并重放（收费 0.01 元）',
    en: 'a signed game start and its repetition at a server; charges 0.01',
    more: ['由 deploy/release-compose 使用 / used by deploy/release-compose'],
    run: async (args) => {
      const { positionals } = parse(args, {}, ['url'])
      await withDatabase(() => smokeAt(positionals[0]!))
      print('通过 / passed')
      return 0
    },
  },
  {
    name: 'release record',
    usage: '<release|rollback> <succeeded|failed|undone> --to V [--from V] [--began ISO] [--step STEP] [--reason "原因"]',
    zh: '把在别处完成的发布记入发布记录',
    en: 'enter a release that was made elsewhere into the log',
    more: ['由 deploy/release-compose 使用 / used by deploy/release-compose'],
    run: async (args) => {
      const word = { type: 'string' } as const
      const { values, positionals } = parse(args, { from: word, to: word, began: word, step: word, reason: word }, ['kind', 'result'])
      const kind = checked('kind', picklist(DEPLOY_KINDS), positionals[0])
      const result = checked('result', picklist(['succeeded', 'failed', 'undone']), positionals[1])
      const step = values.step === undefined ? ('switch' as const) : checked('--step', picklist(STEPS), values.step)
      await withDatabase(() => recordElsewhere({ ...values, kind, result, step }, thisAct()))
      print('已记录 / entered')
      return 0
    },
  },
  {
    name: 'release pack',
    usage: '<archive.tar.gz> [--source DIR]',
    zh: '把来源打成归档，并写出 SHA-256',
    en: 'make an archive of a source, with its SHA-256 beside it',
    run: async (args) => {
      const { values, positionals } = parse(args, { source: { type: 'string' } }, ['archive'])
      const { sha256, files } = await pack(values.source ?? ROOT, positionals[0]!)
      print(`${positionals[0]}: ${files} 个文件 files, sha256 ${sha256}`)
      return 0
    },
  },
  {
    name: 'release',
    usage: '[<source>] [--home DIR] [--sha256 HEX] [--watch 60] [--without-backup "原因"]',
    zh: '发布新版本：八个步骤，失败则自动回到原版本',
    en: 'bring a release into service in eight steps; what fails is undone',
    more: [
      'source       git 检出、目录或归档，默认为本目录 / a git checkout, a folder or an archive, this one by default',
      HOME_HELP,
      '--sha256     归档的 SHA-256；旁边有 .sha256 文件时可省略 / of the archive; not needed with a .sha256 file beside it',
      '--watch N    切换后观察的秒数 / seconds to watch after the switch',
      '--without-backup  没有经过验证的备份时仍要发布的原因，会记入审计 / why it goes ahead without a proved backup; audited',
    ],
    run: async (args) => {
      const word = { type: 'string' } as const
      const options = { home: word, sha256: word, watch: word, 'without-backup': word }
      const { values, positionals } = parse(args, options, [], 1)
      const watchSeconds = wholeNumber('watch', values.watch, WATCH_SECONDS, 2, 600)
      const withoutBackup =
        values['without-backup'] === undefined ? undefined : checked('--without-backup', text(10, 200), values['without-backup'])
      const plan = { source: positionals[0] ?? ROOT, sha256: values.sha256, withoutBackup, watchSeconds }
      const version = await withDatabase(() => release(homeOf(values.home), plan, teller()))
      print(`已发布 / released: ${version}`)
      return 0
    },
  },
  {
    name: 'rollback',
    usage: '[<version>] [--home DIR] [--watch 10]',
    zh: '回到上一个版本，或指定的保留版本',
    en: 'go back to the release before, or to one that is kept',
    more: [HOME_HELP, '不撤回数据库升级：旧版本在新表结构上运行 / no migration is taken back: the older release runs on the newer schema'],
    run: async (args) => {
      const { values, positionals } = parse(args, { home: { type: 'string' }, watch: { type: 'string' } }, [], 1)
      const watchSeconds = wholeNumber('watch', values.watch, WATCH_ROLLBACK_SECONDS, 2, 600)
      const options = { version: positionals[0], watchSeconds }
      const version = await withDatabase(() => rollBack(homeOf(values.home), options, teller()))
      print(`已回到 / went back to: ${version}`)
      return 0
    },
  },
]

/** The home that was named, or the one around this release. */
function homeOf(given: string | undefined): Home {
  if (given !== undefined) return openHome(given)
  const around = homeAround(ROOT)
  if (around) return around
  throw new UsageError(
    '请用 --home 指定发布目录，例如 /srv/mr-game-ops / name the folder of releases with --home, such as /srv/mr-game-ops',
  )
}

/** Ctrl-C ends a release as a failing step does: everything goes back to how it was. */
function teller(): Teller {
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => reject(failure('已中断', 'interrupted')))
  })
  interrupted.catch(() => {})
  return { act: thisAct, say: print, interrupted }
}

async function status(home: Home): Promise<number> {
  const [machine, current, under] = [await findMachine(home), currentVersion(home), readState(home)]
  print(`当前 / current: ${current ?? '—'}   运行中 / running: ${machine ? machine.version : '未运行 / not running'}`)
  if (machine?.fallback) print(`试运行中，未确认则回到 / on trial, falls back to: ${machine.fallback}`)
  if (under) {
    const step = under.steps.at(-1)?.step ?? '—'
    const how = isLocked(home) ? '进行中 / under way' : '已中断，下次发布时撤销 / cut off, the next release undoes it'
    print(`${under.kind} ${under.to ?? ''} ${step}: ${how}`)
  }
  const rows = releasesOf(home).map(({ version, schemaHead, builtAt, runSince }) => {
    const shown = (at: string | null) => (at ? formatDateTime(instant(at)) : '—')
    return [version === current ? '*' : '', version, schemaHead, shown(builtAt), shown(runSince)]
  })
  print(columns([['', '版本 version', '表结构 schema', '构建 built', '启用 in service'], ...rows]))
  return 0
}
