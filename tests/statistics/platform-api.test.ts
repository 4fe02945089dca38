import { beforeAll, describe, expect, test } from 'bun:test'
import { showId } from '#src/core/ids'
import { money, yuan } from '#src/core/money'
import { addMs, instant, iso } from '#src/core/time'
import { csvRows } from '#tests/exports/read'
import { faultyFields, operatorToken, staffToken, withServer } from '#tests/support/api'
import { anApplication, aStaff } from '#tests/support/factory'
import { play } from '#tests/usage/games'
import { AREAS, makeWorld, matching, naive, world } from './platform-world'

const { started, call } = withServer()
beforeAll(makeWorld, 60_000)

describe('the API of the analysts', () => {
  const ask = async (path: string, role: 'analyst' | 'admin' = 'analyst') =>
    call(`GET /v1/statistics/${path}`, { token: await staffToken((await aStaff(role)).id) })
  const month = `start_time=${iso(instant('2028-01-31T16:00:00.000Z'))}&end_time=${iso(instant('2028-02-29T16:00:00.000Z'))}`
  const february = () => matching({ from: instant('2028-01-31T16:00:00.000Z'), to: instant('2028-02-29T16:00:00.000Z') })

  test('gives the totals of the platform and the rankings of its games, sites and operators', async () => {
    const { body } = await ask(`global?${month}`)
    const { sessions, players, total } = naive(february())
    expect(body.data).toMatchObject({ total_sessions: sessions, total_players: players, total_revenue: yuan(money(total)) })
    for (const [path, list, id] of [
      ['by-application', 'applications', 'app_id'],
      ['by-site', 'sites', 'site_id'],
      ['by-operator', 'operators', 'operator_id'],
    ] as const) {
      const rows = (await ask(`${path}?${month}`, 'admin')).body.data![list] as Record<string, string | number>[]
      expect(rows.map((row) => row.rank)).toEqual(rows.map((_, at) => at + 1))
      expect(rows.reduce((sum, row) => sum + Number(row.total_sessions), 0)).toBe(sessions)
      const costs = rows.map((row) => Number(row.total_cost))
      expect(costs).toEqual(costs.toSorted((a, b) => b - a))
      const one = (await ask(`${path}?${month}&ids=${rows[1]![id]}`)).body.data![list] as unknown[]
      expect(one).toEqual([{ ...rows[1], rank: 1 }])
    }
    const [site] = (await ask(`by-site?area=${encodeURIComponent('浦东')}`)).body.data!.sites as Record<string, string>[]
    expect(site).toMatchObject({ address: AREAS[1], site_name: '二店' })
  })

  test('groups the sizes of parties as 1, 2, 3–4, 5–8 and 9 or more', async () => {
    const data = (await ask('player-distribution')).body.data as {
      groups: Record<string, unknown>[]
      distribution: Record<string, number>[]
      total_sessions: number
    }
    const games = world.games
    const between = (from: number, to: number) => games.filter(({ players }) => players >= from && players <= to).length
    expect(data.groups.map(({ group, session_count }) => [group, session_count])).toEqual([
      ['1', between(1, 1)],
      ['2', between(2, 2)],
      ['3-4', between(3, 4)],
      ['5-8', between(5, 8)],
      ['9+', between(9, 100)],
    ])
    expect(data.total_sessions).toBe(games.length)
    expect(data.distribution.map((row) => row.player_count)).toEqual([1, 2, 3, 4, 5, 8, 9, 12])
  })

  test.each([
    ['operator', 'application'],
    ['site', 'period'],
    ['period', 'player_count'],
    ['application', 'player_count'],
    ['player_count', 'site'],
  ] as const)('crosses %s with %s; the cells add up to rows, columns and the whole', async (rows, columns) => {
    const data = (await ask(`cross?rows=${rows}&columns=${columns}&dimension=week&${month}`)).body.data as {
      rows: { total_sessions: number; total_cost: string }[]
      columns: { total_sessions: number }[]
      cells: { total_sessions: number; total_cost: string }[][]
      total: { total_sessions: number; total_cost: string }
    }
    expect(data.total.total_sessions).toBe(naive(february()).sessions)
    expect(data.cells.map((line) => line.reduce((sum, cell) => sum + cell.total_sessions, 0))).toEqual(
      data.rows.map((row) => row.total_sessions),
    )
    expect(data.columns.map((_, at) => data.cells.reduce((sum, line) => sum + line[at]!.total_sessions, 0))).toEqual(
      data.columns.map((column) => column.total_sessions),
    )
    expect(yuan(money(data.cells.flat().reduce((sum, cell) => sum + BigInt(cell.total_cost.replace('.', '')), 0n)))).toBe(
      data.total.total_cost,
    )
  })

  test('puts what has no place of its own together, so that twenty of many still add up', async () => {
    const many = await Promise.all(Array.from({ length: 22 }, () => anApplication()))
    const [operatorId] = world.operators
    const at = instant('2029-06-01T04:00:00.000Z')
    const games = many.map((applicationId, index) => ({
      siteId: world.sites[0]![0]!,
      applicationId,
      players: 2,
      price: money(100 + index),
      at: addMs(at, index * 1_000),
    }))
    await play(operatorId!, games)
    const path = `cross?rows=application&columns=operator&start_time=${iso(at)}&end_time=${iso(addMs(at, 3_600_000))}`
    const { rows, cells } = (await ask(path)).body.data as {
      rows: { key: string | null; name: string | null; total_sessions: number }[]
      cells: { total_sessions: number }[][]
    }
    expect(rows).toHaveLength(21)
    expect(rows.at(-1)).toMatchObject({ key: null, name: null, total_sessions: 2 })
    expect(cells.map(([cell]) => cell!.total_sessions)).toEqual(rows.map((row) => row.total_sessions))
    const two = many.slice(0, 2).map((id) => showId('application', id))
    const chosen = (await ask(`${path}&ids=${two.join(',')}`)).body.data as { rows: { key: string }[] }
    expect(chosen.rows.map(({ key }) => key).sort()).toEqual(two.sort())
    expect(
      faultyFields(
        await ask(
          `${path}&ids=${many
            .slice(0, 21)
            .map((id) => showId('application', id))
            .join(',')}`,
        ),
      ),
    ).toEqual(['ids'])
  })

  test.each([
    ['cross?rows=site&columns=site', ['columns']],
    ['cross?rows=site', ['columns']],
    ['cross?rows=town&columns=site', ['rows']],
    ['cross?rows=site&columns=period&dimension=year', ['dimension']],
    ['cross?rows=site&columns=period&start_time=2020-01-01T00:00:00.000Z', ['end_time']],
    ['by-site?ids=app_1', ['ids']],
    ['by-operator?start_time=today', ['start_time']],
    ['player-distribution?site_ids=op_1', ['site_ids']],
    ['export', ['format']],
  ])('%s is refused', async (path, fields) => {
    const answer = await ask(path)
    expect([answer.status, faultyFields(answer)]).toEqual([400, fields])
  })

  test('exports every dimension, and the lines add up to the games', async () => {
    const token = await staffToken((await aStaff('analyst')).id)
    const response = await fetch(`${started.url}/v1/statistics/export?format=csv&${month}`, {
      headers: { Authorization: `Bearer ${token}` },
    })
    expect([response.status, response.headers.get('content-disposition')]).toEqual([
      200,
      expect.stringMatching(/^attachment; filename="statistics_all_\d{8}\.csv"$/),
    ])
    const [head, ...rows] = csvRows(new Uint8Array(await response.arrayBuffer()))
    expect(head!.slice(0, 7)).toEqual(['月（首日）', '运营商', '门店', '地址', '游戏', '玩家数', '场次'])
    expect(rows.reduce((sum, row) => sum + Number(row[6]), 0)).toBe(february().length)
    expect(new Set(rows.map((row) => row[0]))).toEqual(new Set(['2028-02-01']))
  })

  test('is closed to everybody without the key', async () => {
    const [operator, finance, clerk] = [
      await operatorToken(world.operators[0]!),
      await staffToken((await aStaff('finance')).id),
      await staffToken((await aStaff('operator')).id),
    ]
    for (const token of [operator, finance, clerk]) expect((await call('GET /v1/statistics/global', { token })).status).toBe(403)
  })
})
