import { ReleasePage } from '#views/admin/release'
import type { DeployView, StepView } from '#views/admin/release-words'
import { ReleasesPage } from '#views/admin/releases'
import { ago, id, type Sample, slice } from './sample-parts'
import { type Say, staff } from './sample-props'

const STEPS = ['preflight', 'backup', 'build', 'migrate', 'verify', 'beside', 'smoke', 'switch'] as const

const someSteps = (say: Say, last: StepView['result']): StepView[] =>
  STEPS.map((step, at) => ({
    step,
    startedAt: ago(600 - at * 8).toISOString(),
    seconds: at === 7 && last === 'running' ? null : at * 1.5,
    result: at === 7 ? last : at === 1 ? 'skipped' : 'done',
    note: at === 1 ? say('夜间备份刚刚完成') : say('结构一致 / the schema is what this release expects'),
  }))

const aDeploy = (say: Say, result: DeployView['result'], at = 1): DeployView => ({
  id: id(at),
  kind: at % 3 === 2 ? 'rollback' : 'release',
  from: at === 4 ? null : say('0.2.0-1f448c0'),
  to: result === 'failed' ? null : say('0.2.1-8de7edc'),
  by: say('deploy'),
  place: say('mr-1:/srv/mr-game-ops'),
  startedAt: ago(at * 86_400),
  finishedAt: result === 'running' ? null : ago(at * 86_400 - 75 * at),
  result,
  steps: result === 'failed' ? [] : someSteps(say, result === 'succeeded' ? 'done' : result === 'running' ? 'running' : 'failed'),
  failure:
    result === 'undone' || result === 'failed' ? say('303 个应答中有 12 个 5xx / 12 of 303 answers were 5xx\n已回到上一版本 / back') : null,
  schemaHead: result === 'failed' ? null : say('0027_releases'),
  overrideReason: at === 1 ? say('夜间备份所在磁盘更换中，已另行拷贝') : null,
})

/** Releases in their states. */
export function releaseSamples(say: Say): Sample[] {
  const viewer = staff(say, 'admin', 'admin')
  const at = (name: string, path: string, page: Sample['page']): Sample => ({ name, path, viewer, page })
  const results = ['running', 'succeeded', 'undone', 'failed'] as const
  const rows = results.map((result, n) => aDeploy(say, result, n + 1))
  return [
    at('releases', '/admin/releases', <ReleasesPage list={slice(rows, null, id(4))} present={aDeploy(say, 'succeeded', 2)} />),
    at('releases-empty', '/admin/releases', <ReleasesPage list={slice([])} present={null} />),
    ...rows.map((deploy) => at(`release-${deploy.result}`, `/admin/releases/${deploy.id}`, <ReleasePage deploy={deploy} />)),
  ]
}
