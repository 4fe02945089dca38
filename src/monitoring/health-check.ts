import { statfs } from 'node:fs/promises'
import { connect } from 'node:tls'
import { type Instant, instant } from '#src/core/time'

/** fine, soon (somebody should look today), bad (now), unknown (it could not be asked). */
export type Verdict = 'fine' | 'soon' | 'bad' | 'unknown'
export type Finding = {
  name: 'ready' | 'workers' | 'backup' | 'deliveries' | 'disk' | 'certificate'
  verdict: Verdict
  zh: string
  en: string
}

const PATIENCE_MS = 5_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** A daily backup may take its time; the same limit raises the alert. */
const BACKUP_OLD_HOURS = 26
const [DISK_SOON, DISK_BAD] = [0.15, 0.05]
/** Certificates are renewed thirty days before their end. */
const [CERTIFICATE_SOON_DAYS, CERTIFICATE_BAD_DAYS] = [14, 3]

export type Place = {
  /** Where the product answers, seen from here. */
  url: string
  token: string | undefined
  /** Folders whose disks must not run full. */
  folders: readonly string[]
  /** The address of the world, whose certificate is looked at when it is https. */
  publicUrl: string
}

/** Asks the product from outside whether it serves, works, is backed up and has room. Never throws: what cannot be asked is a finding too. */
export async function checkHealth({ url, token, folders, publicUrl }: Place, now: Instant): Promise<Finding[]> {
  const [ready, metrics, certificate, ...disks] = await Promise.all([
    askReady(url),
    askMetrics(url, token, now),
    askCertificate(publicUrl, now),
    ...[...new Set(folders)].map(askDisk),
  ])
  return [ready, ...metrics, ...disks, ...certificate]
}

/** What the findings come to: 0 fine, 1 soon, 2 bad, 3 something could not be asked. */
export function exitCode(findings: readonly Finding[]): 0 | 1 | 2 | 3 {
  const has = (verdict: Verdict) => findings.some((finding) => finding.verdict === verdict)
  if (has('bad')) return 2
  if (has('unknown')) return 3
  return has('soon') ? 1 : 0
}

const ask = (url: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, { headers, signal: AbortSignal.timeout(PATIENCE_MS), redirect: 'manual' })

async function askReady(url: string): Promise<Finding> {
  try {
    const response = await ask(`${url}/health/ready`)
    if (response.ok) return { name: 'ready', verdict: 'fine', zh: '可以服务', en: 'ready' }
    const { failed = [] } = (await response.json().catch(() => ({}))) as { failed?: string[] }
    const names = failed.join(', ') || `HTTP ${response.status}`
    return { name: 'ready', verdict: 'bad', zh: `不能服务：${names}`, en: `not ready: ${names}` }
  } catch {
    return { name: 'ready', verdict: 'bad', zh: `${url} 没有响应`, en: `${url} does not answer` }
  }
}

async function askMetrics(url: string, token: string | undefined, now: Instant): Promise<Finding[]> {
  const text = await ask(`${url}/metrics`, token ? { Authorization: `Bearer ${token}` } : {})
    .then(async (response) => (response.ok ? await response.text() : undefined))
    .catch(() => undefined)
  if (text === undefined) {
    const words = { zh: '读不到 /metrics，请核对 METRICS_TOKEN', en: 'cannot read /metrics: is METRICS_TOKEN right?' }
    return (['workers', 'backup', 'deliveries'] as const).map((name) => ({ name, verdict: 'unknown', ...words }))
  }
  const sample = (name: string) => sampleIn(text, name)
  return [
    workersFinding(sample('mr_workers_alive')),
    backupFinding(sample('mr_backup_last_good_timestamp'), now),
    deadFinding(sample('mr_deliveries{state="dead"}')),
  ]
}

/** The value of a sample in Prometheus' text; undefined when it is not there. */
function sampleIn(text: string, name: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`${name} `))
  return line === undefined ? undefined : Number(line.slice(name.length + 1))
}

function workersFinding(alive: number | undefined): Finding {
  if (alive === undefined) return { name: 'workers', verdict: 'unknown', zh: '不知道任务进程的状态', en: 'nothing is known of workers' }
  if (alive === 0) return { name: 'workers', verdict: 'bad', zh: '没有任务进程在运行', en: 'no workers are alive' }
  return { name: 'workers', verdict: 'fine', zh: `${alive} 个任务进程在运行`, en: `${alive} workers alive` }
}

function backupFinding(seconds: number | undefined, now: Instant): Finding {
  if (seconds === undefined) return { name: 'backup', verdict: 'unknown', zh: '不知道备份的状态', en: 'nothing is known of backups' }
  if (seconds === 0) return { name: 'backup', verdict: 'bad', zh: '还没有验证过的备份', en: 'no backup was proved yet' }
  const hours = Math.max(0, Math.floor((now.getTime() - seconds * 1000) / HOUR_MS))
  const verdict = hours >= BACKUP_OLD_HOURS ? 'bad' : 'fine'
  return { name: 'backup', verdict, zh: `最近验证过的备份在 ${hours} 小时前`, en: `the last proved backup is ${hours} h old` }
}

function deadFinding(dead: number | undefined): Finding {
  if (dead === undefined)
    return { name: 'deliveries', verdict: 'unknown', zh: '不知道发送队列的状态', en: 'nothing is known of deliveries' }
  if (dead === 0) return { name: 'deliveries', verdict: 'fine', zh: '没有放弃的发送', en: 'no dead deliveries' }
  return { name: 'deliveries', verdict: 'soon', zh: `${dead} 项发送已放弃重试`, en: `${dead} deliveries are dead` }
}

async function askDisk(folder: string): Promise<Finding> {
  const facts = await statfs(folder).catch(() => undefined)
  if (!facts) return { name: 'disk', verdict: 'unknown', zh: `${folder} 无法查看`, en: `${folder} cannot be looked at` }
  const free = facts.bavail / facts.blocks
  const verdict = free < DISK_BAD ? 'bad' : free < DISK_SOON ? 'soon' : 'fine'
  const percent = Math.floor(free * 100)
  return { name: 'disk', verdict, zh: `${folder} 剩余 ${percent}%`, en: `${percent}% free at ${folder}` }
}

async function askCertificate(publicUrl: string, now: Instant): Promise<Finding[]> {
  const { protocol, hostname, port } = new URL(publicUrl)
  if (protocol !== 'https:') return []
  const end = await certificateEnd(hostname, Number(port || 443)).catch((error: Error) => error)
  const name = 'certificate' as const
  if (end instanceof Error)
    return [
      { name, verdict: 'bad', zh: `${hostname} 的证书不可用：${end.message}`, en: `no good certificate at ${hostname}: ${end.message}` },
    ]
  const days = Math.floor((end.getTime() - now.getTime()) / DAY_MS)
  const verdict = days < CERTIFICATE_BAD_DAYS ? 'bad' : days < CERTIFICATE_SOON_DAYS ? 'soon' : 'fine'
  return [{ name, verdict, zh: `证书还有 ${days} 天到期`, en: `the certificate ends in ${days} days` }]
}

/** When the certificate of a server ends; rejects when there is none that the world would trust. */
export function certificateEnd(host: string, port: number, ca?: string): Promise<Instant> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, servername: host, ...(ca ? { ca } : {}) }, () => {
      const { valid_to: end } = socket.getPeerCertificate()
      socket.destroy()
      if (end) resolve(instant(end))
      else reject(new Error('no certificate'))
    })
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer')))
    socket.once('error', reject)
  })
}
