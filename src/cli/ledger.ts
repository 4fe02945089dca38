import { idOf } from '#src/core/fields'
import { formatYuan, type Money } from '#src/core/money'
import { now, stopwatch } from '#src/core/time'
import { proveAndKeep } from '#src/ledger/audit-job'
import { type Proof, proveLedger } from '#src/ledger/prove'
import { tellFullProof } from '#src/monitoring/ledger-alarms'
import { type Command, checked, parse, withDatabase } from './command'
import { columns, complain, print, printProgress } from './print'

export const ledgerCommands: Command[] = [
  {
    name: 'ledger verify',
    usage: '[--operator op_…]',
    zh: '从第一行起重算账本，逐条指出差错',
    en: 'recompute the books from their first row and name every fault',
    more: [
      '--operator op_…   只核对一个运营商 / one operator only',
      '全量核对会留存结果，通过后更新账外锚点；有任何差错则退出码为 1',
      'A full proof is kept and, when good, moves the anchors outside the database; exit 1 on any finding',
    ],
    run: async (args) => {
      const { values } = parse(args, { operator: { type: 'string' } })
      const operatorId = values.operator === undefined ? undefined : checked('--operator', idOf('operator'), values.operator)
      const elapsed = stopwatch()
      const progress = (transactions: number) => printProgress(`${transactions} …`)
      const proof = await withDatabase(() =>
        operatorId
          ? proveLedger({ now: now(), operatorId, onProgress: progress })
          : proveAndKeep(now(), { onProgress: progress }, tellFullProof),
      )
      printProgress('')
      return report(proof, elapsed())
    },
  },
]

function report({ operators, transactions, drift, findings }: Proof, milliseconds: number): number {
  print(
    columns([
      ['运营商 operators', String(operators)],
      ['流水 transactions', String(transactions)],
      ['差额 drift', formatYuan(drift as Money)],
      ['差错 findings', String(findings.length)],
      ['用时 time', `${(milliseconds / 1000).toFixed(2)} s`],
    ]),
  )
  if (findings.length === 0 && drift === 0n) {
    print('账本无误 / the ledger is sound')
    return 0
  }
  for (const { rule, operatorId, row, text } of findings) complain(`${rule}  ${operatorId ? `op_${operatorId}` : '-'}  ${row}: ${text}`)
  complain('账本有误 / the ledger is NOT sound')
  return 1
}
