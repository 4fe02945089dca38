import { beforeAll, expect, test } from 'bun:test'
import { newId } from '#src/core/ids'
import { addSeconds, instant, iso } from '#src/core/time'
import { closeDatabase, openDatabase } from '#src/platform/database'
import { closeDeploy, closeLeftOpen, type Deploy, DeployUnderWay, watchDeploys, writeDeploy } from '#src/releases/deploy-log'
import { listDeploys, presentDeploy, requireDeploy } from '#src/releases/queries'
import { auditRows, withServer } from '#tests/support/api'

const { started } = withServer()
// As the command line writes: web and workers may only look.
beforeAll(async () => {
  const { connection } = started.database
  await closeDatabase()
  openDatabase(connection, { max: 4, name: 'mr-test', asApplication: false })
})

const AT = instant('2026-03-05T06:20:41.000Z')
const act = (at = AT) => ({ actor: { kind: 'system' as const, id: null, name: '命令行 deploy', role: 'cli' }, origin: null, at })
const aDeploy = (facts: Partial<Deploy> = {}): Deploy => ({
  ...{
    id: newId(),
    kind: 'release',
    from: '0.1.0-a',
    to: '0.1.0-b',
    by: 'deploy',
    place: 'mr-1:/srv',
    startedAt: iso(AT),
    result: 'running',
  },
  ...{ steps: [], failure: null, schemaHead: '0027_releases', overrideReason: null },
  ...facts,
})
const openAlerts = async (kind: string) =>
  (await started.database.owner`SELECT details FROM alerts WHERE kind = ${kind} AND closed_at IS NULL`).map(
    ({ details }) => details as Record<string, string>,
  )

test('a deploy that fails is a row, an audit entry and an alert; the next one that succeeds ends the alert', async () => {
  const failed = aDeploy({ overrideReason: '夜间备份所在磁盘更换中' })
  await writeDeploy(failed)
  expect((await listDeploys({ size: 20 })).rows.map(({ result }) => result)).toEqual(['running'])
  await closeDeploy({ ...failed, result: 'failed', failure: '结构不一致 / the schema differs' }, act(addSeconds(AT, 30)))
  expect(await requireDeploy(failed.id)).toMatchObject({
    result: 'failed',
    finishedAt: addSeconds(AT, 30),
    failure: '结构不一致 / the schema differs',
  })
  expect(await openAlerts('release_failed')).toEqual([
    { version: '0.1.0-b', kind: 'release', result: 'failed', error: '结构不一致 / the schema differs' },
  ])
  expect((await auditRows(started.database, failed.id)).at(-1)).toMatchObject({
    actor_role: 'cli',
    target_id: failed.id,
    details: { without_backup: '夜间备份所在磁盘更换中' },
  })
  expect(await presentDeploy()).toBeUndefined()

  const next = aDeploy({ startedAt: iso(addSeconds(AT, 60)) })
  await writeDeploy(next)
  await closeDeploy({ ...next, result: 'succeeded' }, act(addSeconds(AT, 90)))
  expect(await openAlerts('release_failed')).toEqual([])
  expect((await presentDeploy())?.id).toBe(next.id)
})

test('two at once: the second is refused, from whatever machine', async () => {
  const first = aDeploy()
  await writeDeploy(first)
  expect(writeDeploy(aDeploy({ place: 'mr-2:/srv' }))).rejects.toThrow(DeployUnderWay)
  expect(await closeLeftOpen('mr-2:/srv', AT)).toBe(0)
  expect(await closeLeftOpen(first.place, AT)).toBe(1)
  expect(await requireDeploy(first.id)).toMatchObject({ result: 'failed', failure: '中断 / cut off' })
})

test('one that never ends is told after ten minutes by the workers, until it is closed', async () => {
  const stuck = aDeploy()
  await writeDeploy(stuck)
  expect(await watchDeploys({ now: addSeconds(AT, 600) })).toEqual({ stuck: 0 })
  expect(await watchDeploys({ now: addSeconds(AT, 601) })).toEqual({ stuck: 1 })
  expect(await openAlerts('release_stuck')).toEqual([{ version: '0.1.0-b', started_by: 'deploy', started_at: iso(AT) }])
  await closeDeploy({ ...stuck, result: 'undone', failure: '中断 / cut off' }, act(addSeconds(AT, 700)))
  expect(await watchDeploys({ now: addSeconds(AT, 701) })).toEqual({ stuck: 0 })
  expect(await openAlerts('release_stuck')).toEqual([])
})
