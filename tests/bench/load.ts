import type { Socket } from 'bun'
import { showId } from '#src/core/ids'
import { nowMs } from '#src/core/time'
import { signRequest } from '#src/platform/client-signature'
import type { GameLoad, LoadJob, LoadResult, TransferLoad } from './load-job'

/**
 * The load process: raw keep-alive sockets, requests signed beforehand, one under way per connection. It knows just enough of HTTP to
 * find the end of an answer, so that the machine's time goes to the server that is measured.
 */

const PATH = '/v1/auth/game/authorize'
const TRANSFERS = '/api/shared/wallet/transfers'
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const HEADERS_END = Buffer.from('\r\n\r\n')
const LENGTH = Buffer.from('ontent-Length: ')
const LENGTH_LOWER = Buffer.from('ontent-length: ')
const ZERO_CHAR = 48

type Prepared = { bytes: Buffer; operator: number }
type Connection = {
  socket: Socket<Connection>
  request: Prepared | undefined
  since: number
  expected: number
  received: number
  status: number
}

process.on('message', async (job: LoadJob) => process.send!(await run(job)))
process.on('disconnect', () => process.exit())
process.send!('ready')

/** Signs, connects, loads, counts. */
async function run(job: LoadJob): Promise<LoadResult> {
  const requests = 'operators' in job ? prepare(job) : prepareTransfers(job)
  const counts = {
    statuses: {} as Record<string, number>,
    lost: 0,
    accepted: 'operators' in job ? job.operators.map(() => 0) : [0],
    inWindow: 0,
    latencies: [] as number[],
  }
  let next = 0
  let open = 0
  let usedUpAt: number | undefined
  const begin = performance.now() + 20
  const windowStart = begin + job.warmupSeconds * 1000
  const end = windowStart + job.seconds * 1000
  const idle: Connection[] = []
  let finish = () => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })

  function send(connection: Connection, plannedAt: number): void {
    const request = requests[next++]!
    connection.request = request
    connection.since = plannedAt
    connection.expected = 0
    connection.received = 0
    open++
    const written = connection.socket.write(request.bytes)
    if (written !== request.bytes.length) throw new Error(`a request of ${request.bytes.length} bytes was written in part: ${written}`)
  }

  function answered(connection: Connection): void {
    const at = performance.now()
    const { request, status, since } = connection
    connection.request = undefined
    open--
    counts.statuses[status] = (counts.statuses[status] ?? 0) + 1
    if (status === 200) counts.accepted[request!.operator]!++
    if (at >= windowStart && at < end) {
      counts.inWindow++
      counts.latencies.push(at - since)
    }
    if (job.offeredPerSecond !== undefined) idle.push(connection)
    else if (at < end && next < requests.length) send(connection, at)
    else {
      if (at < end) usedUpAt ??= at
      if (open === 0) finish()
    }
  }

  function closed(connection: Connection): void {
    if (!connection.request) return
    connection.request = undefined
    counts.lost++
    if (--open === 0) finish()
  }

  const connections = await connectAll(job, answered, closed)
  await Bun.sleep(Math.max(0, begin - performance.now()))
  const cpu = measureCpu(windowStart, end)
  if (job.offeredPerSecond === undefined) {
    for (const connection of connections) if (next < requests.length) send(connection, performance.now())
    await finished
  } else {
    idle.push(...connections)
    await offer(job.offeredPerSecond, begin, end)
  }
  for (const { socket } of connections) socket.end()
  counts.latencies.sort((a, b) => a - b)
  const at = (share: number): number =>
    counts.latencies[Math.min(counts.latencies.length - 1, Math.floor(counts.latencies.length * share))] ?? 0
  return {
    perSecond: (counts.inWindow * 1000) / ((usedUpAt ?? end) - windowStart),
    latency: { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) },
    statuses: counts.statuses,
    lost: counts.lost,
    accepted: counts.accepted,
    cpuSeconds: await cpu,
  }

  /** Arrivals at random moments (exponential gaps), as independent headsets make them; connections in turn, or the server closes idle ones. */
  async function offer(perSecond: number, from: number, until: number): Promise<void> {
    let due = from
    while (due < until || open > 0) {
      const at = performance.now()
      while (due <= at && due < until && idle.length > 0 && next < requests.length) {
        send(idle.shift()!, due)
        due += (-Math.log(1 - Math.random()) * 1000) / perSecond
      }
      if (next >= requests.length) due = until
      await Bun.sleep(1)
    }
  }
}

async function measureCpu(from: number, until: number): Promise<number> {
  await Bun.sleep(from - performance.now())
  const before = process.cpuUsage()
  await Bun.sleep(until - performance.now())
  const used = process.cpuUsage(before)
  return (used.user + used.system) / 1e6
}

function connectAll(
  job: LoadJob,
  answered: (connection: Connection) => void,
  closed: (connection: Connection) => void,
): Promise<Connection[]> {
  const handler = {
    data: (socket: Socket<Connection>, chunk: Buffer) => take(socket.data, chunk, answered),
    close: (socket: Socket<Connection>) => closed(socket.data),
    error: () => {},
  }
  const connect = async (): Promise<Connection> => {
    const connection = { request: undefined, since: 0, expected: 0, received: 0, status: 0 } as unknown as Connection
    connection.socket = await Bun.connect<Connection>({ hostname: '127.0.0.1', port: job.port, data: connection, socket: handler })
    connection.socket.setNoDelay(true)
    return connection
  }
  return Promise.all(Array.from({ length: job.connections }, connect))
}

/** Counts bytes until the answer is whole. The first chunk always holds all headers: they are far smaller than a segment of loopback. */
function take(connection: Connection, chunk: Buffer, answered: (connection: Connection) => void): void {
  if (connection.expected === 0) {
    const headersEnd = chunk.indexOf(HEADERS_END)
    let length = chunk.indexOf(LENGTH)
    if (length < 0) length = chunk.indexOf(LENGTH_LOWER)
    if (headersEnd < 0 || length < 0) throw new Error(`not an answer: ${chunk.toString('latin1').slice(0, 200)}`)
    let size = 0
    for (let at = length + LENGTH.length; chunk[at]! >= ZERO_CHAR; at++) size = size * 10 + chunk[at]! - ZERO_CHAR
    connection.expected = headersEnd + HEADERS_END.length + size
    connection.status = (chunk[9]! - ZERO_CHAR) * 100 + (chunk[10]! - ZERO_CHAR) * 10 + chunk[11]! - ZERO_CHAR
  }
  connection.received += chunk.length
  if (connection.received >= connection.expected) answered(connection)
}

function prepare(job: GameLoad): Prepared[] {
  const timestamp = String(Math.floor(nowMs() / 1000))
  const bodies = job.operators.map(({ siteId }) =>
    JSON.stringify({ app_id: showId('application', job.applicationId), site_id: showId('site', siteId), player_count: job.players }),
  )
  return Array.from({ length: job.requests }, (_, index) => {
    const operator = chooseOperator(job, index)
    const { id, apiKey } = job.operators[operator]!
    const body = bodies[operator]!
    const signature = signRequest({ apiKey, timestamp, method: 'POST', path: PATH, body: Buffer.from(body) })
    const bytes = Buffer.from(
      `POST ${PATH} HTTP/1.1\r\nHost: 127.0.0.1:${job.port}\r\nUser-Agent: mr-bench\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${body.length}\r\nX-Forwarded-For: ${address(index % job.connections)}\r\nX-Api-Key: ${apiKey}\r\n` +
        `X-Timestamp: ${timestamp}\r\nX-Signature: ${signature}\r\nX-Session-ID: op_${id}_${nowMs()}_${random16()}\r\n\r\n${body}`,
    )
    return { bytes, operator }
  })
}

function prepareTransfers({ requests, port, partnerKey, hot, others }: TransferLoad): Prepared[] {
  const timestamp = String(Math.floor(nowMs() / 1000))
  return Array.from({ length: requests }, (_, index) => {
    const body = JSON.stringify({
      fromUserId: hot,
      toUserId: others[index % others.length],
      currency: 'gameCoins',
      amount: 1,
      reason: 'bench',
    })
    const signature = signRequest({ apiKey: partnerKey, timestamp, method: 'POST', path: TRANSFERS, body: Buffer.from(body) })
    const bytes = Buffer.from(
      `POST ${TRANSFERS} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUser-Agent: mr-bench\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${body.length}\r\nX-Partner-Key: ${partnerKey}\r\nX-Timestamp: ${timestamp}\r\nX-Signature: ${signature}\r\n` +
        `Idempotency-Key: ${nowMs()}-${index}-${random16()}\r\n\r\n${body}`,
    )
    return { bytes, operator: 0 }
  })
}

/** Round robin with a step that is no divisor of the usual counts, so that neighbours in a batch differ. */
function chooseOperator({ operators, hotShare }: GameLoad, index: number): number {
  if (operators.length === 1 || Math.random() < hotShare) return 0
  return hotShare === 0 ? (index * 7) % operators.length : 1 + ((index * 7) % (operators.length - 1))
}

const address = (index: number): string => `10.1.${index >> 8}.${index & 255}`

const random16 = (): string => Array.from({ length: 16 }, () => LETTERS[Math.floor(Math.random() * LETTERS.length)]).join('')
