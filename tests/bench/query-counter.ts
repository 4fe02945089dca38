import type { Socket } from 'bun'
import type { Place } from './pages-stock'

/** Stands between a server and its database and counts the statements that pass: each Execute or simple Query is one. */
export type QueryCounter = { url: string; take(): number; stop(): void }

type Line = { upstream: Socket<Line> | undefined; waiting: Buffer[]; feed: (bytes: Buffer) => void }

const EXECUTE = 'E'.charCodeAt(0)
const SIMPLE_QUERY = 'Q'.charCodeAt(0)
/** Of a message: one byte for its kind, four for its length. The first message of a connection has no kind. */
const HEAD = 5

/** Opens the counter in front of a database. */
export function startQueryCounter({ host, port, username, database }: Place): QueryCounter {
  let count = 0
  const reader = (): ((bytes: Buffer) => void) => {
    let rest = Buffer.alloc(0)
    let started = false
    return (bytes) => {
      rest = Buffer.concat([rest, bytes])
      for (;;) {
        const head = started ? HEAD : HEAD - 1
        if (rest.length < head) return
        const length = rest.readUInt32BE(head - 4) + (started ? 1 : 0)
        if (rest.length < length) return
        if (started && (rest[0] === EXECUTE || rest[0] === SIMPLE_QUERY)) count++
        started = true
        rest = rest.subarray(length)
      }
    }
  }
  const server = Bun.listen<Line>({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      open: async (client) => {
        client.data = { upstream: undefined, waiting: [], feed: reader() }
        const line = client.data
        line.upstream = await Bun.connect<Line>({
          unix: `${host}/.s.PGSQL.${port}`,
          data: line,
          socket: {
            data: (_, bytes) => void client.write(bytes),
            close: () => void client.end(),
            error: () => void client.end(),
          },
        })
        for (const bytes of line.waiting.splice(0)) line.upstream.write(bytes)
      },
      data: ({ data: line }, bytes) => {
        line.feed(Buffer.from(bytes))
        if (line.upstream) line.upstream.write(bytes)
        else line.waiting.push(Buffer.from(bytes))
      },
      close: ({ data: line }) => void line.upstream?.end(),
    },
  })
  return {
    url: `postgres://${username}@127.0.0.1:${server.port}/${database}`,
    take: () => {
      const taken = count
      count = 0
      return taken
    },
    stop: () => server.stop(true),
  }
}
