import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import type { Act } from '#src/audit-logs/audit-log'
import { newId } from '#src/core/ids'
import { iso, now, stopwatch } from '#src/core/time'
import { faultPoint } from '#src/platform/fault-point'
import {
  closeDeploy,
  closeLeftOpen,
  closeRow,
  type Deploy,
  type DeployKind,
  type DeployResult,
  DeployUnderWay,
  hasDeployLog,
  type Step,
  type StepOutcome,
  writeDeploy,
} from './deploy-log'
import { type Home, pathsOf } from './home'

/** Nothing to do, and why: the step counts as skipped. */
export class Skipped {
  constructor(readonly note: string) {}
}

/** What a release writes down of itself before it does anything: in a file, and in the database as far as that can be reached. */
export type Journal = {
  readonly deploy: Deploy
  /** Does one step; what it returns is noted with it. Throws what the step throws, after that was written down. */
  step<T extends string | Skipped>(name: Step, work: () => Promise<T>): Promise<T>
  note(facts: Partial<Pick<Deploy, 'to' | 'schemaHead' | 'overrideReason'>>): void
  close(result: Exclude<DeployResult, 'running'>, failure: string | null, act: Act): Promise<void>
}

type Begin = { kind: DeployKind; from: string | null; to: string | null; overrideReason?: string | undefined }

/** Begins a deploy. Throws DeployUnderWay when the database knows of another one. */
export async function openJournal(home: Home, begin: Begin, say: (line: string) => void): Promise<Journal> {
  const deploy: Deploy = {
    ...{
      id: newId(),
      kind: begin.kind,
      from: begin.from,
      to: begin.to,
      by: userInfo().username,
      place: placeOf(home),
      startedAt: iso(now()),
    },
    ...{ result: 'running', steps: [], failure: null, schemaHead: null, overrideReason: begin.overrideReason ?? null },
  }
  const write = async () => {
    writeState(home, deploy)
    // A database that is away stops the steps that need it, never the writing down of what is done.
    await writeToDatabase(() => writeDeploy(deploy), say)
  }
  await writeToDatabase(async () => void (await closeLeftOpen(deploy.place, now())), say)
  try {
    await write()
  } catch (error) {
    rmSync(pathsOf(home).state, { force: true })
    throw error
  }
  return {
    deploy,
    note: (facts) => void Object.assign(deploy, facts),
    step: async (name, work) => {
      const outcome: StepOutcome = { step: name, startedAt: iso(now()), seconds: null, result: 'running', note: '' }
      deploy.steps.push(outcome)
      await write()
      faultPoint(`release:${name}`)
      const elapsed = stopwatch()
      const ended = (result: StepOutcome['result'], note: string) => {
        Object.assign(outcome, { result, note: note.slice(0, 1_000), seconds: Math.round(elapsed() / 100) / 10 })
        say(`${MARKS[result]} ${name.padEnd(9)} ${outcome.seconds} s  ${note}`)
      }
      try {
        const value = await work()
        ended(value instanceof Skipped ? 'skipped' : 'done', value instanceof Skipped ? value.note : value)
        return value
      } catch (error) {
        ended('failed', (error as Error).message)
        throw error
      }
    },
    close: (result, failure, act) => closeJournal(home, Object.assign(deploy, { result, failure }), act, say),
  }
}

const placeOf = ({ folder }: Home): string => `${hostname()}:${folder}`

const MARKS = { running: '…', done: '✓', skipped: '–', failed: '✗' } as const

/** Closes a deploy in all three places. The state goes last: a process killed before that has its end told by the next one. */
export async function closeJournal(home: Home, deploy: Deploy, act: Act, say: (line: string) => void): Promise<void> {
  faultPoint('release:closing')
  appendFileSync(pathsOf(home).log, `${JSON.stringify({ ...deploy, finishedAt: iso(act.at) })}\n`)
  await writeToDatabase(
    () =>
      closeDeploy(deploy, act).catch((error: Error) => {
        // An alarm that cannot be raised must not leave the release open.
        say(`未能告警 / no alert could be raised: ${error.message}`)
        return closeRow(deploy, act.at)
      }),
    say,
  )
  rmSync(pathsOf(home).state, { force: true })
}

async function writeToDatabase(write: () => Promise<void>, say: (line: string) => void): Promise<void> {
  try {
    if (await hasDeployLog()) await write()
  } catch (error) {
    if (error instanceof DeployUnderWay) throw error
    say(`未能写入数据库，已写入 deploy.log / not written to the database, see deploy.log: ${(error as Error).message}`)
  }
}

/** Whole or not at all, and on the disk before what it announces is done. */
function writeState(home: Home, deploy: Deploy): void {
  const { state } = pathsOf(home)
  const file = openSync(`${state}.part`, 'w', 0o600)
  writeSync(file, `${JSON.stringify(deploy, null, 2)}\n`)
  fsyncSync(file)
  closeSync(file)
  renameSync(`${state}.part`, state)
}

/** The deploy that a home's state tells of: under way, or cut off where its process died. */
export function readState(home: Home): Deploy | undefined {
  const { state } = pathsOf(home)
  return existsSync(state) ? (JSON.parse(readFileSync(state, 'utf8')) as Deploy) : undefined
}
