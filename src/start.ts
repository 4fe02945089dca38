import { get } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { migrateUp } from '#drizzle/migrate'
import { seedDemo } from '#drizzle/seed'
import { iso, now, stopwatch } from './core/time'
import { startPostgres } from './embedded-postgres/supervisor'
import { prepareGateway } from './gateway-simulator/keys'
import { type Config, childEnvironment, config, environmentFaults } from './platform/config'
import { closeDatabase, openDatabase } from './platform/database'
import { type Connection, databaseConnection } from './platform/database-url'
import { keepAlive } from './releases/child'
import { listenForOrders } from './releases/control'
import { environmentWithout } from './releases/environment'
import { HOPELESS_DEATHS, type Release, startGeneration } from './releases/generation'
import { homeAround, makeCurrent, pathsOf, releaseOf } from './releases/home'
import { type Machine, openMachine } from './releases/machine'
import { firstStaffWords, makeFirstStaff } from './staff/first'

/** The whole product on one machine: database, schema, server and workers, kept alive until Ctrl-C or SIGTERM. */

const READY_MS = 60_000
const READY_POLL_MS = 50

type Running = { stop(): Promise<void> }
type Parts = { database?: Running; children: Running[] }

const root = fileURLToPath(new URL('..', import.meta.url))
const say = (text: string) => void process.stdout.write(`${text}\n`)

async function main(): Promise<number> {
  const faults = environmentFaults(childEnvironment({}))
  if (faults.length > 0) {
    say(`环境变量有误，未启动 / Wrong environment, not started:\n${faults.map(bilingual).join('\n')}`)
    return 1
  }
  const interruption = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!interruption.signal.aborted) say('\n正在停止 / Stopping …')
      interruption.abort()
    })
  }
  const parts: Parts = { children: [] }
  const failure = await bringUp(config(), parts, interruption.signal).then(
    () => aborted(interruption.signal),
    (error: unknown) => error,
  )
  const failed = !interruption.signal.aborted
  interruption.abort()
  if (failed) say(`\n启动失败 / Could not start: ${words(failure)}\n`)
  await Promise.all(parts.children.map((child) => child.stop()))
  await parts.database?.stop()
  if (!failed) say('已停止 / Stopped')
  return failed ? 1 : 0
}

/** Fills `parts` step by step, so that what is already up can be taken down wherever this fails or is interrupted. */
async function bringUp(settings: Config, parts: Parts, signal: AbortSignal): Promise<void> {
  const elapsed = stopwatch()
  const port = await choosePort(settings.HOST, settings.PORT)
  const connection = await bringUpDatabase(settings, parts)
  signal.throwIfAborted()
  await migrateUp(connection, { log: say })
  signal.throwIfAborted()
  const demo = settings.APP_ENV === 'development' && settings.SEED_DEMO === 'auto' ? await seedDemo(connection) : undefined
  if (demo === 'seeded') say('已写入演示数据 / Demo data written')
  signal.throwIfAborted()
  if (demo === undefined) await bringFirstStaff(connection)
  signal.throwIfAborted()
  const bank = await bringUpGateway(settings, port, parts, signal)
  const machine = bringUpReleases(settings, { PORT: String(port), ...bank?.environment }, signal)
  parts.children.push(machine)
  const address = `http://${hostInUrl(settings.HOST)}:${port}`
  await waitUntilReady(`${address}/health/ready`, () => machine.state().deaths >= HOPELESS_DEATHS, signal)
  say(
    banner({
      address,
      dataDir: settings.DATABASE_URL ? undefined : settings.DATA_DIR,
      demo: demo === 'seeded' || demo === 'already there',
      desk: bank?.desk,
      milliseconds: elapsed(),
    }),
  )
}

/** Somebody has to be able to sign in; where there is staff already, nothing happens. */
async function bringFirstStaff(connection: Connection): Promise<void> {
  openDatabase(connection, { max: 1, name: 'mr-start', asApplication: false })
  const actor = { kind: 'system', id: null, name: 'bin/start', role: 'system' } as const
  const first = await makeFirstStaff({ actor, origin: null, at: now() }).finally(closeDatabase)
  if (first) say(firstStaffWords(first))
}

/** Server and workers: from a home of releases they follow its orders, from any other checkout there is nothing to switch to. */
function bringUpReleases({ WEB_PROCESSES, DATA_DIR }: Config, given: Record<string, string>, signal: AbortSignal): Machine {
  const home = homeAround(root)
  const environment = environmentWithout(home ? pathsOf(home).settings : '')
  const start = (release: Release) => {
    const env = environment({ NODE_ENV: 'production', DATA_DIR, ...given })
    return startGeneration(release, { env, webProcesses: WEB_PROCESSES, sharesPort: home !== undefined, say }, signal)
  }
  const version = home && basename(root)
  const first = start(home && version ? releaseOf(home, version) : { version: null, root, bun: process.execPath })
  const keep = (confirmed: string) => {
    if (home) makeCurrent(home, confirmed, iso(now()))
  }
  const machine = openMachine(first, { start, keep, say, signal })
  const deafen = home && listenForOrders(home, machine)
  return {
    ...machine,
    stop: () => {
      deafen?.()
      return machine.stop()
    },
  }
}

/** A minute of the bank's patience passes in a second: a refund arrives in five of them. */
const GATEWAY_PACE = 1 / 60

/**
 * The simulated bank of a developer's machine, and the environment that lets the product pay through it. Whoever configured a real
 * provider gets none: real and played money do not meet in one ledger.
 */
async function bringUpGateway(settings: Config, productPort: number, parts: Parts, signal: AbortSignal) {
  if (settings.APP_ENV !== 'development' || settings.payments.wechat || settings.payments.alipay) return undefined
  // Loopback whatever HOST is: its desk moves money without asking who is there.
  const port = await choosePort('127.0.0.1', productPort + 1).catch(() => choosePort('127.0.0.1', 0))
  const folder = join(settings.DATA_DIR, 'gateway-simulator')
  const environment = await prepareGateway(folder, { port })
  const words = ['--folder', folder, '--port', String(port), '--pace', String(GATEWAY_PACE)]
  const script = 'src/gateway-simulator/main.ts'
  parts.children.push(keepAlive({ name: 'gateway', root, bun: process.execPath, script, env: childEnvironment({}), words, say }, signal))
  return { environment, desk: `http://127.0.0.1:${port}/desk` }
}

async function bringUpDatabase(settings: Config, parts: Parts): Promise<Connection> {
  if (settings.DATABASE_URL) return databaseConnection(settings)
  const embedded = await startPostgres({ dataDir: settings.DATA_DIR, keepRunning: true, log: say })
  parts.database = embedded
  return embedded.connection
}

/** Returns `port`, or a free one for 0. Asked before anything starts, because several servers share a port and would share a stranger's. */
function choosePort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const trial = createServer()
    trial.once('error', (error: NodeJS.ErrnoException) => reject(new Error(portFault(host, port, error))))
    trial.listen({ host, port, exclusive: true }, () => {
      const chosen = (trial.address() as AddressInfo).port
      trial.close(() => resolve(chosen))
    })
  })
}

function portFault(host: string, port: number, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') {
    const other = `PORT=${port + 1} bin/start`
    return `端口 ${port} 已被占用，请换一个：${other} / Port ${port} is in use, choose another: ${other}`
  }
  return `无法监听 ${host}:${port}，请检查 HOST 和 PORT / Cannot listen on ${host}:${port}, check HOST and PORT (${code ?? message})`
}

/** Throws an Error when the server is hopeless or not ready in time, and an AbortError when interrupted. */
async function waitUntilReady(url: string, isHopeless: () => boolean, signal: AbortSignal): Promise<void> {
  let last = ''
  for (const elapsed = stopwatch(); elapsed() < READY_MS; await Bun.sleep(READY_POLL_MS)) {
    signal.throwIfAborted()
    if (isHopeless()) throw new Error('无法启动，原因见上 / it does not start, see above')
    const answer = await ask(url)
    if (answer.status === 200) return
    last = answer.body
  }
  throw new Error(`服务器 ${READY_MS / 1000} 秒内未就绪 / the server was not ready within ${READY_MS / 1000} s. ${last}`)
}

/**
 * Not `fetch`: that would send a question to our own machine through the proxy of the environment. By the name localhost, because the
 * server answers to no name that it was not told.
 */
function ask(url: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: 2_000, headers: { host: 'localhost' } }, (response) => {
      let body = ''
      response.on('data', (part) => {
        body += part
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
      response.on('error', () => resolve({ status: 0, body: '' }))
    })
    request.on('timeout', () => request.destroy(new Error('no answer')))
    request.on('error', (error) => resolve({ status: 0, body: error.message }))
  })
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** What to type into a browser: a server that listens on all addresses is reached on our own. */
function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

type BannerFacts = { address: string; dataDir: string | undefined; demo: boolean; desk: string | undefined; milliseconds: number }

function banner({ address, dataDir, demo, desk, milliseconds }: BannerFacts): string {
  const rows = [
    ['运营商 Operator', `${address}/operator/login`, 'demo_operator / Demo@2024!'],
    ['管理员 Admin', `${address}/admin/login`, 'admin / Admin@2024!'],
    ['数据统计 Analyst', `${address}/admin/login`, 'analyst / Analyst@2024!'],
    ['财务 Finance', `${address}/finance/login`, 'finance001 / Pass@2024!'],
  ].map((row) => (demo ? row : row.slice(0, 2)))
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => Bun.stringWidth(row[column]!))) + 3)
  const pad = (text: string, column: number) => text + ' '.repeat(Math.max(0, (widths[column] ?? 0) - Bun.stringWidth(text)))
  return [
    '',
    `  MR 游戏运营管理系统   ${address}   ${(milliseconds / 1000).toFixed(1)} s`,
    '',
    ...rows.map((row) => `  ${row.map(pad).join('').trimEnd()}`),
    '',
    ...(desk ? [`  支付模拟器 Payments   ${desk}`, ''] : []),
    `  ${dataDir ? `数据 Data: ${dataDir}   ` : ''}Ctrl-C 停止 / stops`,
    '',
  ].join('\n')
}

/** Our own sentences stand for themselves; an error nobody expected shows where it came from. */
function words(error: unknown): string {
  return error instanceof Error && error.constructor === Error ? error.message : Bun.inspect(error)
}

const CHINESE: [RegExp, string][] = [
  [/^is required when WeChat Pay is switched on$/, '在启用微信支付时必填'],
  [/^is required when Alipay is switched on$/, '在启用支付宝时必填'],
  [/^is required when (.+)$/, '在 $1 时必填'],
  [/^is for tests only$/, '仅供测试使用'],
  [/^must be a whole number$/, '须为整数'],
  [/^must be at least (\d+)$/, '不得小于 $1'],
  [/^must be at most (\d+)$/, '不得大于 $1'],
  [/^must have at least (\d+) characters$/, '至少 $1 个字符'],
  [/^must not be empty$/, '不得为空'],
  [/^must not be the development .+$/, '不得使用开发环境的默认值'],
  [/^must be a URL with (.+)$/, '须为 $1 网址'],
  [/^must be addresses or CIDR.+$/, '须为 IP 地址或 CIDR 网段，多个以逗号分隔'],
  [/^must be version:base64.+$/, '须为 版本:base64（32 字节），多个以逗号分隔'],
  [/^must be https when (.+)$/, '在 $1 时须为 https 网址'],
  [/^must be serial:file.+$/, '须为 序列号:文件，多个以逗号分隔'],
  [/^must be digits$/, '须为数字'],
  [/^must be letters and digits$/, '须为字母和数字'],
  [/^names a file that cannot be read \((.+)\)$/, '所指的文件无法读取（$1）'],
  [/^names a file that is not sealed: run (.+) on it$/, '所指的文件未加密，请先运行 $1'],
  [/^names a sealed file that none of MASTER_KEYS opens$/, '所指的加密文件无法用 MASTER_KEYS 解开'],
  [/^names a file that holds no (.+)$/, '所指的文件中没有 $1'],
  [/^names a file that does not hold 32 characters$/, '所指的文件须恰好为 32 个字符'],
  [/^names a certificate whose serial is another one$/, '所指证书的序列号与配置不符'],
  [/^must be (.+)$/, '须为 $1'],
]

function bilingual(fault: string): string {
  const [variable = '', ...rest] = fault.split(' ')
  const english = rest.join(' ')
  const known = CHINESE.find(([pattern]) => pattern.test(english))
  return `  - ${variable} ${known ? `${english.replace(known[0], known[1])} / ` : ''}${english}`
}

if (import.meta.main) process.exit(await main())
