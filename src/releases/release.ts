import { join } from 'node:path'
import type { Act } from '#src/audit-logs/audit-log'
import { iso, now } from '#src/core/time'
import { config } from '#src/platform/config'
import { faultPoint } from '#src/platform/fault-point'
import { loadSettings, seedSettings } from '#src/settings/settings'
import { type Beside, startBeside } from './beside'
import { build } from './build'
import { checkStore } from './check-operator'
import { askMachine, findMachine } from './control'
import type { Deploy, DeployKind } from './deploy-log'
import { environmentWithout } from './environment'
import type { Release } from './generation'
import { currentVersion, factsOf, type Home, makeCurrent, pathsOf, releaseOf, releasesOf, removeOld } from './home'
import { closeJournal, type Journal, openJournal, readState, Skipped } from './journal'
import { takeLock } from './lock'
import { firstChange } from './manifest'
import { preflight } from './preflight'
import { run } from './program'
import { type Charged, smoke } from './smoke'
import { watch } from './watch'

export type ReleasePlan = {
  source: string
  sha256?: string | undefined
  /** Why it goes ahead without a backup that was proved; audited. */
  withoutBackup?: string | undefined
  watchSeconds: number
}

/** Who asks, and where what happens is told. */
export type Teller = { act: () => Act; say: (line: string) => void; interrupted: Promise<never> }

const MIGRATE_SECONDS = 900
const VERIFY_SECONDS = 60
const BACKUP_SECONDS = 3_600
/** Beyond the watch, for a machine under load to be told that all is well; then the version before comes back by itself. */
const TRIAL_MARGIN_SECONDS = 15

type Stage = {
  home: Home
  journal: Journal
  environment: ReturnType<typeof environmentWithout>
  beside?: Beside | undefined
  charged?: Charged | undefined
  /** Whether anybody was served by the new release. */
  wasSwitched: boolean
}

/**
 * Brings a new release into service in eight steps. Whatever fails: the one before serves on, or serves again, what was started is ended,
 * the log has the step and its words, and an alert is raised. Gives the version; throws an Error with the reason.
 */
export function release(home: Home, plan: ReleasePlan, teller: Teller): Promise<string> {
  const from = currentVersion(home)
  const begin = { kind: 'release' as const, from, to: null, overrideReason: plan.withoutBackup }
  return deployed(home, begin, teller, async (stage) => {
    const { journal, environment } = stage
    await journal.step('preflight', () => preflight(home, { withoutBackup: plan.withoutBackup, needsBackup: true }))
    await journal.step('backup', () => backUp(stage, plan))
    await journal.step('build', async () => {
      const facts = await build(home, plan, environment({}))
      journal.note({ to: facts.version, schemaHead: facts.schemaHead })
      return `${facts.version}，${facts.schemaHead}`
    })
    const next = releaseOf(home, journal.deploy.to!)
    await journal.step('migrate', () => migrate(stage, next, teller.say))
    await journal.step('verify', () => mr(next, stage, ['schema', 'verify'], VERIFY_SECONDS))
    await intoService(stage, next, plan.watchSeconds, teller)
  })
}

/**
 * Goes back to a release that is kept, the one before the present by default: no migration is taken back, so that an older release runs
 * on the newer schema or, where it cannot, is refused before anything was touched. Gives the version; throws an Error with the reason.
 */
export function rollBack(home: Home, options: { version?: string | undefined; watchSeconds: number }, teller: Teller): Promise<string> {
  const from = currentVersion(home)
  const to = options.version ?? releasesOf(home).find(({ version, runSince }) => version !== from && runSince !== null)?.version
  if (!to) throw new Error('没有可回退的版本 / there is no release to go back to')
  if (to === from) throw new Error(`当前版本就是 ${to} / ${to} is what runs`)
  const next = releaseOf(home, to)
  return deployed(home, { kind: 'rollback', from, to }, teller, async (stage) => {
    stage.journal.note({ schemaHead: factsOf(home, to)!.schemaHead })
    await stage.journal.step('preflight', async () => {
      const changed = await firstChange(next.root)
      if (changed) throw new Error(`${to} 的 ${changed} 已被改动 / ${changed} of ${to} was changed`)
      return preflight(home, { withoutBackup: undefined, needsBackup: false })
    })
    await intoService(stage, next, options.watchSeconds, teller)
    // Told, and no reason to stay with a release that somebody wants to leave.
    await stage.journal.step('verify', () =>
      mr(next, stage, ['schema', 'verify'], VERIFY_SECONDS).catch((error: Error) => new Skipped(error.message)),
    )
  })
}

type Begin = { kind: DeployKind; from: string | null; to: string | null; overrideReason?: string | undefined }

async function deployed(home: Home, begin: Begin, teller: Teller, work: (stage: Stage) => Promise<void>): Promise<string> {
  const unlock = takeLock(home)
  try {
    await endCutOff(home, teller)
    const journal = await openJournal(home, begin, teller.say)
    const stage: Stage = { home, journal, environment: environmentWithout(pathsOf(home).settings), wasSwitched: false }
    try {
      await Promise.race([work(stage), teller.interrupted])
      await stage.beside?.stop()
      await journal.close('succeeded', null, teller.act())
    } catch (error) {
      const reason = await undo(stage, error as Error)
      await journal.close(stage.wasSwitched ? 'undone' : 'failed', reason, teller.act())
      throw new Error(reason)
    }
    removeOld(home, [begin.from, journal.deploy.to])
    return journal.deploy.to!
  } finally {
    unlock()
  }
}

/** What a release that was killed had begun is ended first: its processes died with it, and what it put on trial goes back. */
async function endCutOff(home: Home, { act, say }: Teller): Promise<void> {
  const deploy = readState(home)
  if (!deploy) return
  const machine = await findMachine(home)
  if (machine?.fallback && machine.version === deploy.to)
    await askMachine(home, { order: 'back', reason: '发布被中断 / its release was cut off' })
  const step = deploy.steps.at(-1)
  const isThere = deploy.to !== null && currentVersion(home) === deploy.to && step?.step === 'switch'
  if (step?.result === 'running') Object.assign(step, isThere ? { result: 'done' } : { result: 'failed', note: '中断 / cut off' })
  say(
    `上一次发布在 ${step?.step ?? '开始'} 中断，已${isThere ? '完成' : '撤销'} / the one before was cut off at ${step?.step}: ${isThere ? 'it had ended' : 'undone'}`,
  )
  const result: Deploy['result'] = isThere ? 'succeeded' : machine?.version === deploy.to ? 'undone' : 'failed'
  const failure = isThere ? null : `在 ${step?.step ?? '开始'} 时中断 / cut off at ${step?.step ?? 'the beginning'}`
  await closeJournal(home, { ...deploy, result, failure }, act(), say)
}

/** Back to how it was; gives the reason, with what could not be undone. */
async function undo({ home, beside, journal }: Stage, error: Error): Promise<string> {
  await beside?.stop()
  const machine = await findMachine(home)
  if (!machine?.fallback || machine.version !== journal.deploy.to) return error.message
  try {
    await askMachine(home, { order: 'back', reason: error.message })
    return error.message
  } catch (failed) {
    return `${error.message}\n未能切回 / could not go back: ${(failed as Error).message}`
  }
}

/** The steps that a release and a rollback share: beside, smoke, switch and watch. */
async function intoService(stage: Stage, next: Release, watchSeconds: number, { act }: Teller): Promise<void> {
  const { home, journal, environment } = stage
  await journal.step('beside', async () => {
    stage.beside = await startBeside(next, environment)
    return stage.beside.url
  })
  await journal.step('smoke', async () => {
    await seedSettings()
    await loadSettings()
    const store = await checkStore(act())
    if (!store) return new Skipped('还没有超级管理员 / there is no super administrator yet')
    stage.charged = await smoke(stage.beside!.url, store)
    return '签名授权 0.01 元并重放 / a signed game start, charged and replayed'
  })
  await journal.step('switch', () => switchAndWatch(stage, next, watchSeconds))
  await stage.beside?.stop()
  stage.beside = undefined
  if (currentVersion(home) !== next.version) throw new Error('current 没有指向新版本 / current does not lead to the new release')
}

async function switchAndWatch(stage: Stage, next: Release, watchSeconds: number): Promise<string | Skipped> {
  const { home, charged } = stage
  const version = next.version!
  if (!(await findMachine(home))) {
    makeCurrent(home, version, iso(now()))
    return new Skipped('产品未运行，下次启动即为新版本 / the product does not run: its next start is this release')
  }
  // Alone on its own port it took memory and connections that those who serve need.
  await stage.beside?.stop()
  stage.beside = undefined
  await askMachine(home, { order: 'switch', version, trialSeconds: watchSeconds + TRIAL_MARGIN_SECONDS })
  stage.wasSwitched = true
  faultPoint('release:switched')
  const seen = await watch(home, publicUrl(), charged, watchSeconds)
  await askMachine(home, { order: 'confirm', version })
  faultPoint('release:confirmed')
  return seen
}

function publicUrl(): string {
  const { HOST, PORT } = config()
  if (HOST === '0.0.0.0' || HOST === '::') return `http://127.0.0.1:${PORT}`
  return `http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${PORT}`
}

/** A point to go back to, by the release that runs: it knows the schema as it is. */
async function backUp(stage: Stage, { withoutBackup }: ReleasePlan): Promise<string | Skipped> {
  if (withoutBackup !== undefined) return new Skipped(withoutBackup)
  const { from } = stage.journal.deploy
  if (!from) return new Skipped('首次发布 / the first release')
  return mr(releaseOf(stage.home, from), stage, ['backup', 'create', '--reason', 'release'], BACKUP_SECONDS)
}

/** Only adds, so that the release that runs goes on; and a database without anybody gets its first administrator. */
async function migrate(stage: Stage, next: Release, say: Teller['say']): Promise<string> {
  const done = await mr(next, stage, ['migrate', 'up'], MIGRATE_SECONDS)
  // With a one-time password in it: for the eyes of who is here, not for the log.
  say(await mr(next, stage, ['staff', 'first'], VERIFY_SECONDS))
  return done
}

/** A command of a release, by its own code, with the settings of the home; gives the last line of what it said. */
async function mr({ root }: Release, { environment }: Stage, words: string[], seconds: number): Promise<string> {
  const said = await run(['sh', join(root, 'bin/mr'), ...words], { cwd: root, env: environment({}), seconds })
  return said.trim().split('\n').at(-1) ?? ''
}
