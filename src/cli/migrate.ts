import { migrateDown, migrateUp, migrationStatus } from '#drizzle/migrate'
import { config } from '#src/platform/config'
import { databaseConnection } from '#src/platform/database-url'
import { type Command, failure, parse, wholeNumber } from './command'
import { columns, print } from './print'

const MOST_STEPS = 1_000

export const migrateCommands: Command[] = [
  {
    name: 'migrate up',
    usage: '',
    zh: '升级到本版本的表结构',
    en: 'bring the schema to this release',
    run: async (args) => {
      parse(args, {})
      const done = await migrateUp(databaseConnection(config()), { log: print })
      if (done.length === 0) print('已是最新 / already at the head')
      return 0
    },
  },
  {
    name: 'migrate down',
    usage: '[--steps N]',
    zh: '撤回最近的升级（会丢失其中的数据）',
    en: 'take back the last migration, with the data in it',
    more: ['--steps N   撤回几步，默认 1 / how many, 1 by default', '生产环境拒绝执行 / refused where APP_ENV=production'],
    run: async (args) => {
      const { values } = parse(args, { steps: { type: 'string' } })
      const steps = wholeNumber('steps', values.steps, 1, 1, MOST_STEPS)
      if (config().production)
        throw failure('生产环境不撤回升级', 'Migrations are never taken back where APP_ENV=production: they drop data')
      const done = await migrateDown(databaseConnection(config()), steps, { log: print })
      if (done.length === 0) print('没有可撤回的升级 / nothing to take back')
      return 0
    },
  },
  {
    name: 'migrate status',
    usage: '',
    zh: '列出每一步升级是否已执行',
    en: 'list the migrations and whether they are applied',
    run: async (args) => {
      parse(args, {})
      const migrations = await migrationStatus(databaseConnection(config()))
      print(columns(migrations.map(({ id, applied }) => [id, applied ? '已执行 applied' : '待执行 pending'])))
      return 0
    },
  },
]
