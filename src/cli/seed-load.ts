import { seedLoad } from '#drizzle/seed/load'
import { now, stopwatch } from '#src/core/time'
import { config } from '#src/platform/config'
import { databaseConnection } from '#src/platform/database-url'
import { type Command, failure, parse, wholeNumber } from './command'
import { print, printProgress } from './print'

export const seedLoadCommands: Command[] = [
  {
    name: 'seed load',
    usage: '[--rows 1000000] [--operators 20]',
    zh: '写入压测数据：运营商、门店与账本完好的大量场次',
    en: 'write load for measurements: operators, sites and very many games with sound books',
    more: [
      '--rows        场次总数，默认 1000000 / games in all',
      '--operators   运营商数，默认 20 / operators that share them',
      '须以数据库超级用户连接；生产环境拒绝执行；全部写入或全部不写',
      'Needs a superuser of the database; refused where APP_ENV=production; all or nothing',
    ],
    run: async (args) => {
      const { values } = parse(args, { rows: { type: 'string' }, operators: { type: 'string' } })
      const rows = wholeNumber('rows', values.rows, 1_000_000, 1, 100_000_000)
      const operators = wholeNumber('operators', values.operators, 20, 1, 9_999)
      if (config().APP_ENV === 'production') throw failure('生产环境不写入压测数据', 'load is refused where APP_ENV=production')
      const elapsed = stopwatch()
      const world = await seedLoad(databaseConnection(config()), { rows, operators, now: now() }, (done) => printProgress(`${done} …`))
      printProgress('')
      const seconds = (elapsed() / 1000).toFixed(1)
      print(
        world
          ? `已写入 ${rows} 场，${operators} 个运营商，用时 ${seconds} 秒 / ${rows} games of ${operators} operators written in ${seconds} s`
          : '已有压测数据，未作更改 / load is there already, nothing was changed',
      )
      return 0
    },
  },
]
