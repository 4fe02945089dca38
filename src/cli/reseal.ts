import { now } from '#src/core/time'
import { type KeyFile, sealedKeyFiles } from '#src/monitoring/master-keys/key-files'
import { type Resealed, resealSecrets } from '#src/monitoring/master-keys/reseal'
import { adviseOnKeys, masterKeyStandings } from '#src/monitoring/master-keys/standing'
import { config } from '#src/platform/config'
import { newestVersion } from '#src/platform/key-files'
import { loadSettings, seedSettings } from '#src/settings/settings'
import { type Command, parse, withDatabase } from './command'
import { complain, print } from './print'
import { sealFile } from './secret'

/** Long enough for millions of rows; whoever ends it sooner goes on later. */
const LONGEST_MS = 6 * 3_600_000

export const resealCommands: Command[] = [
  {
    name: 'secret reseal',
    usage: '',
    zh: '把所有密文改用最新的主密钥加密',
    en: 'seal everything again under the newest master key',
    more: [
      '数据库中的 API Key、动态验证码密钥，以及配置的支付密钥文件；可随时中断，再次运行会继续',
      'API keys and TOTP secrets in the database, and the configured payment key files; may be cut off at any time and goes on when run again',
    ],
    run: async (args) => {
      parse(args, {})
      const resealed = await withDatabase(reseal)
      print(`API Key ${resealed.api_keys} · TOTP ${resealed.totp_secrets}`)
      const isWhole = resealFiles(sealedKeyFiles())
      const { remove, missing } = await withDatabase(async () => {
        await loadSettings()
        return adviseOnKeys(await masterKeyStandings(), now())
      })
      if (remove.length > 0)
        print(`可以从 MASTER_KEYS 中移除：${remove.join(', ')} / may be removed from MASTER_KEYS: ${remove.join(', ')}`)
      if (missing.length > 0) complain(`缺少主密钥 ${missing.join(', ')}，仍有密文需要 / master key ${missing.join(', ')} is missing`)
      return isWhole && missing.length === 0 ? 0 : 1
    },
  },
]

async function reseal(): Promise<Resealed> {
  await seedSettings()
  await loadSettings()
  let told = 0
  const progress = ({ done, total }: { done: number; total?: number }) => {
    if (done - told < 1_000) return
    told = done
    print(`${done} / ${total ?? '?'}`)
  }
  return resealSecrets({ now: now(), signal: AbortSignal.timeout(LONGEST_MS), progress })
}

/** False when a file could not be written: it stays as it was. */
function resealFiles(files: readonly KeyFile[]): boolean {
  const { MASTER_KEYS } = config()
  const older = files.filter(({ version }) => version < newestVersion(MASTER_KEYS))
  let isWhole = true
  for (const { variable, path } of older) {
    try {
      print(`${variable}: ${sealFile(path, MASTER_KEYS)}`)
    } catch (error) {
      isWhole = false
      complain(`${variable}: ${error instanceof Error ? error.message : 'unknown'}`)
    }
  }
  return isWhole
}
