import { isPlainKey, text } from '#src/core/text'
import { now, stopwatch } from '#src/core/time'
import { config } from '#src/platform/config'
import { transaction } from '#src/platform/database'
import { checkKey } from '#src/wallets/manage-partners'
import { proveWallets } from '#src/wallets/prove'
import { runWalletCheck, type WalletCheckOutcome } from '#views/assets/wallet-check-flow.js'
import { type Command, failure, parse, UsageError, withDatabase } from './command'
import { complain, print } from './print'

export const walletCommands: Command[] = [
  {
    name: 'wallet check',
    usage: '[--url http://127.0.0.1:8000] [--key-stdin]',
    zh: '以合作平台的身份走完共享钱包的全部流程，逐项给出结果',
    en: 'do everything a partner platform does with the shared wallet, and say what came of each step',
    more: [
      '--url 默认为 PUBLIC_URL / the address of the running system, PUBLIC_URL unless given',
      '--key-stdin 从标准输入读取合作方密钥；不给出时用数据库临时生成一个，10 分钟后失效',
      '--key-stdin reads a partner key; without it a key is made in the database that ends after ten minutes',
    ],
    run: async (args) => {
      const { values } = parse(args, { url: { type: 'string' }, 'key-stdin': { type: 'boolean' } })
      const origin = originOf(values.url ?? config().PUBLIC_URL)
      const key = values['key-stdin'] ? (await Bun.stdin.text()).trim() : await withDatabase(() => transaction((tx) => checkKey(tx, now())))
      const isGreen = await runWalletCheck({ origin, key, tell })
      print(isGreen ? '全部通过 / all green' : '有未通过的项目 / NOT all green')
      return isGreen ? 0 : 1
    },
  },
  {
    name: 'wallet verify',
    usage: '[--platform name]',
    zh: '从第一行起重算每个玩家钱包的流水，逐条指出差错',
    en: 'recompute every statement of the players’ wallets from its first row and name every fault',
    run: async (args) => {
      const { values } = parse(args, { platform: { type: 'string' } })
      const elapsed = stopwatch()
      const { wallets, transactions, findings } = await withDatabase(() => proveWallets(values.platform ?? null))
      for (const { walletId, row, text: found } of findings) complain(`${walletId}  ${row}: ${found}`)
      const sound = findings.length === 0 ? '钱包无误 / sound' : '钱包有误 / NOT sound'
      print(`${sound}: ${wallets} 个钱包 wallets, ${transactions} 条流水 transactions, ${(elapsed() / 1000).toFixed(2)} s`)
      return findings.length === 0 ? 0 : 1
    },
  },
]

function originOf(url: string): string {
  if (!URL.canParse(url) || !/^https?:/.test(url)) throw new UsageError(`--url 须为网址 / --url must be a URL: ${url}`)
  return new URL(url).origin
}

function tell({ name, passed, fault, milliseconds, exchanges }: WalletCheckOutcome): void {
  const key = `wallets.check.step.${name}`
  const words = isPlainKey(key) ? `${text('zh', key)} / ${text('en', key)}` : name
  print(`${passed ? '✓' : '✗'} ${words}  ${milliseconds} ms`)
  if (passed) return
  complain(`  ${fault}`)
  for (const { method, path, status, answer } of exchanges) complain(`  ${method} ${path} → ${status} ${answer.slice(0, 300)}`)
  if (exchanges.some(({ status }) => status === 0)) throw failure('无法连接到系统', 'the system does not answer')
}
