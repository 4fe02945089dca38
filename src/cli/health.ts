import { hostname } from 'node:os'
import { addSeconds, now } from '#src/core/time'
import { checkHealth, exitCode, type Verdict } from '#src/monitoring/health-check'
import { workerProcesses } from '#src/monitoring/worker-processes'
import { config } from '#src/platform/config'
import { type Command, parse, withDatabase } from './command'
import { columns, complain, print } from './print'

const MARKS: Record<Verdict, string> = { fine: '✓', soon: '!', bad: '✗', unknown: '?' }

/** Workers beat every two seconds. */
const LONGEST_BEAT_SECONDS = 60

export const healthCommands: Command[] = [
  {
    name: 'health',
    usage: '[--url URL] [--here]',
    zh: '检查服务、任务进程、备份、磁盘与证书',
    en: 'check server, workers, backup, disk and certificate',
    more: [
      '退出码：0 正常，1 应尽快处理，2 须立即处理，3 有项目无法检查',
      'Exit code: 0 fine, 1 soon, 2 now, 3 something could not be asked',
      '--url    服务地址，缺省为本机 / where the product answers; without it this machine',
      '--here   只看本机的任务进程是否有心跳（容器的健康检查用） / only whether workers of this machine beat, for containers',
    ],
    run: async (args) => {
      const { values } = parse(args, { url: { type: 'string' }, here: { type: 'boolean' } })
      return values.here ? await checkHere() : await checkAll(values.url)
    },
  },
]

async function checkAll(url: string | undefined): Promise<number> {
  const { PORT, HOST, METRICS_TOKEN, DATA_DIR, BACKUP_DIR, PUBLIC_URL } = config()
  const here = `http://${['0.0.0.0', '::'].includes(HOST) ? '127.0.0.1' : HOST}:${PORT}`
  const place = { url: (url ?? here).replace(/\/$/, ''), token: METRICS_TOKEN, folders: [DATA_DIR, BACKUP_DIR], publicUrl: PUBLIC_URL }
  const findings = await checkHealth(place, now())
  print(columns(findings.map(({ name, verdict, zh, en }) => [MARKS[verdict], name, `${zh} / ${en}`])))
  return exitCode(findings)
}

async function checkHere(): Promise<number> {
  const processes = await withDatabase(() => workerProcesses(now())).catch(() => [])
  const since = addSeconds(now(), -LONGEST_BEAT_SECONDS)
  if (processes.some(({ host, isSilent, beatAt }) => host === hostname() && !isSilent && beatAt > since)) return 0
  complain('本机没有活着的任务进程 / no workers of this machine are alive')
  return 2
}
