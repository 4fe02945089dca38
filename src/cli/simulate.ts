import { randomFrom } from '#drizzle/seed/random'
import type { Uuid } from '#src/core/ids'
import { formatYuan } from '#src/core/money'
import { now } from '#src/core/time'
import { config } from '#src/platform/config'
import { loadSettings, setting } from '#src/settings/settings'
import { type Command, failure, parse, UsageError, wholeNumber, withDatabase } from './command'
import { print } from './print'
import { audit, readHeads, topUp } from './simulate/books'
import { findPlayers, openStores, type Player, type Store } from './simulate/fleet'
import { follow, summary, verdictOf } from './simulate/report'
import { newTally } from './simulate/tally'
import { averageCostFen, drive } from './simulate/traffic'

/** Starts, ends and repeats per game start. */
const CALLS_PER_START = 2.1
/** Money beyond the expected cost: arrivals and prices vary. */
const [MARGIN, CUSHION_FEN] = [1.3, 50_000]
const LARGEST_SEED = 999_999_999

type Plan = { sites: number; rate: number; seconds: number; url: string; seed: number }

export const simulateCommands: Command[] = [
  {
    name: 'simulate',
    usage: '[--sites 20] [--rate 50] [--seconds 30] [--url http://127.0.0.1:8000] [--seed N]',
    zh: '模拟头显Server：向运行中的服务发送签名请求',
    en: 'headset servers: send signed HTTP to the running server',
    more: [
      '--sites N     门店数，不足时新增演示门店 / sites, demo sites are added where there are fewer',
      '--rate N      平均每秒游戏数，随机到达，不等应答 / game starts a second on average, at random moments, open loop',
      '--seconds N   持续秒数 / for how long',
      '--url URL     服务地址，默认本机 PORT / the server, this machine at PORT by default',
      '--seed N      随机种子，相同种子发送相同流量 / the same seed sends the same traffic',
      '约 3% 为错误请求、2% 为重放；应答、账本、余额不一致、出现 5xx 或始终无应答时退出码为 1',
      'About 3 % wrong and 2 % repeated calls; exit 1 when answers, ledger and balances differ, on any 5xx, and when answers stay away',
    ],
    run: async (args) => {
      const plan = planOf(args)
      if (config().production) throw failure('生产环境不运行模拟器', 'The simulator is refused where APP_ENV=production: it spends money')
      await requireServer(plan.url)
      return withDatabase(() => simulate(plan))
    },
  },
]

function planOf(args: string[]): Plan {
  const options = {
    sites: { type: 'string' },
    rate: { type: 'string' },
    seconds: { type: 'string' },
    url: { type: 'string' },
    seed: { type: 'string' },
  } as const
  const { values } = parse(args, options)
  if (values.url !== undefined && !/^https?:\/\/[^/]+\/?$/.test(values.url))
    throw new UsageError('--url 须形如 http://127.0.0.1:8000 / --url must look like http://127.0.0.1:8000')
  return {
    sites: wholeNumber('sites', values.sites, 20, 1, 1_000),
    rate: wholeNumber('rate', values.rate, 50, 1, 2_000),
    seconds: wholeNumber('seconds', values.seconds, 30, 1, 3_600),
    url: (values.url ?? `http://127.0.0.1:${config().PORT}`).replace(/\/$/, ''),
    seed: wholeNumber('seed', values.seed, crypto.getRandomValues(new Uint32Array(1))[0]! % LARGEST_SEED, 0, LARGEST_SEED),
  }
}

async function requireServer(url: string): Promise<void> {
  const answer = await fetch(`${url}/health/live`).catch(() => undefined)
  if (answer?.status !== 200) throw failure(`${url} 没有应答，请先运行 bin/start`, `${url} does not answer: run bin/start first`)
}

async function simulate({ sites, rate, seconds, url, seed }: Plan): Promise<number> {
  await loadSettings()
  const players = await findPlayers(now())
  const { stores, added } = await openStores(players, sites, rate * CALLS_PER_START)
  const credited = await topUp(players, neededFen(players, stores, rate * seconds))
  print(
    `${url}   ${sites} 门店 sites${added > 0 ? ` (+${added})` : ''}   ${stores.length * stores[0]!.headsets.length} 头显 headsets   ${rate}/s × ${seconds} s   seed ${seed}`,
  )
  print(overrideNotice(players))
  if (credited > 0n) print(`演示余额已补足 ${formatYuan(credited)}（账本调账） / topped up by a ledger adjustment`)

  const tally = newTally()
  const before = await readHeads(players)
  const stopper = { stopped: false }
  const stop = () => {
    stopper.stopped = true
  }
  process.once('SIGINT', stop)
  const unfollow = follow(tally)
  const [random, answerRandom] = [randomFrom(`simulate/${seed}`), randomFrom(`simulate/${seed}/answers`)]
  await drive({ url, stores, rate, seconds, random, answerRandom, tally, isStopped: () => stopper.stopped })
  unfollow()
  process.off('SIGINT', stop)
  const result = await audit(before, await readHeads(players), tally)
  print(`\n${summary(tally, result)}`)
  return verdictOf(tally, result)
}

/** What each operator will probably spend, with a margin. */
function neededFen(players: Player[], stores: Store[], starts: number): Map<Uuid, number> {
  return new Map(
    players.map((player) => {
      const share = stores.filter((store) => store.player === player).length / stores.length
      return [player.id, share === 0 ? 0 : starts * share * averageCostFen(player.games) * MARGIN + CUSHION_FEN]
    }),
  )
}

function overrideNotice(players: Player[]): string {
  const names = players.map(({ username, ratePerMinute }) => `${username} ${ratePerMinute ?? '—'}/min`).join(', ')
  const standard = setting('rate_limit_per_minute')
  return [
    `使用演示运营商的限速放宽：${names}；其他运营商仍为默认 ${standard}/min`,
    `Uses the rate overrides of these demo operators; everybody else keeps the default of ${standard} a minute, each address ${setting('rate_limit_ip_per_minute')}`,
  ].join('\n')
}
