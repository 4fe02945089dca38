import { rebuildRollups } from '#src/usage/rollups'
import { type Command, parse, withDatabase } from './command'
import { print, printProgress } from './print'

export const usageCommands: Command[] = [
  {
    name: 'usage rebuild',
    usage: '',
    zh: '由场次记录重建全部统计汇总',
    en: 'make the sums behind the statistics anew from the games',
    more: [
      '平时由数据库在扣费的同一事务内维护；仅当 mr ledger verify 报告 I17 时需要',
      'The database keeps them in the transaction of each charge; needed only when mr ledger verify names I17',
    ],
    run: async (args) => {
      parse(args, {})
      const operators = await withDatabase(() => rebuildRollups((done) => printProgress(`${done} …`)))
      printProgress('')
      print(`已重建 ${operators} 个运营商的汇总 / sums of ${operators} operators made anew`)
      return 0
    },
  },
]
