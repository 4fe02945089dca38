import { migrationIds } from '#drizzle/migrate'
import type { Act } from '#src/audit-logs/audit-log'
import { newId } from '#src/core/ids'
import { instant, iso, now } from '#src/core/time'
import { loadSettings, seedSettings } from '#src/settings/settings'
import { checkStore } from './check-operator'
import { closeDeploy, type DeployKind, type DeployResult, type Step, writeDeploy } from './deploy-log'
import { smoke } from './smoke'

/** What deploy/release-compose asks for: its steps are containers', its log and its check are the product's. */

/** The check of a new release at any address of it. Throws an Error with the first thing that is wrong. */
export async function smokeAt(url: string): Promise<void> {
  await seedSettings()
  await loadSettings()
  const act: Act = { actor: { kind: 'system', id: null, name: 'release', role: 'cli' }, origin: null, at: now() }
  const store = await checkStore(act)
  if (!store) throw new Error('还没有超级管理员 / there is no super administrator yet')
  await smoke(url.replace(/\/$/, ''), store)
}

type Facts = {
  kind: DeployKind
  result: Exclude<DeployResult, 'running'>
  step: Step
  from?: string | undefined
  to?: string | undefined
  began?: string | undefined
  reason?: string | undefined
}

/** Enters a release with how it ended, like one of a home: row, audit entry, alert. */
export async function recordElsewhere({ kind, result, step, from, to, began, reason }: Facts, act: Act): Promise<void> {
  const startedAt = began && !Number.isNaN(instant(began).getTime()) ? iso(instant(began)) : iso(act.at)
  const isGood = result === 'succeeded'
  const deploy = {
    ...{ id: newId(), kind, from: from || null, to: to || null, by: act.actor.name, place: 'compose', startedAt },
    ...{ overrideReason: reason || null, failure: isGood ? null : `在 ${step} 失败 / failed at ${step}` },
    schemaHead: isGood ? migrationIds().at(-1)!.id : null,
    steps: [{ step, startedAt, seconds: null, result: isGood ? ('done' as const) : ('failed' as const), note: '' }],
  }
  await writeDeploy({ ...deploy, result: 'running', failure: null })
  await closeDeploy({ ...deploy, result }, act)
}
