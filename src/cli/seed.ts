import { seedDemo } from '#drizzle/seed'
import { DEMO_OPERATORS, DEMO_STAFF } from '#drizzle/seed/accounts'
import { config } from '#src/platform/config'
import { databaseConnection } from '#src/platform/database-url'
import { type Command, parse } from './command'
import { columns, print } from './print'

export const seedCommands: Command[] = [
  {
    name: 'seed demo',
    usage: '',
    zh: '向空数据库写入演示数据（90 天历史）',
    en: 'fill an empty database with the demo and its 90 days',
    more: ['已有账户的数据库不作更改；生产环境拒绝执行', 'A database with accounts in it is left alone; refused where APP_ENV=production'],
    run: async (args) => {
      parse(args, {})
      const outcome = await seedDemo(databaseConnection(config()))
      if (outcome !== 'seeded') {
        print('数据库中已有账户，未作更改 / there are accounts already, nothing was changed')
        return 0
      }
      print('演示数据已写入，账户 / demo data written, accounts:')
      print(columns([...DEMO_STAFF, ...DEMO_OPERATORS].map(({ username, password, name }) => [username, password, name])))
      return 0
    },
  },
]
