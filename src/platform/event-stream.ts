import { isDraining, onDrain } from './draining'

/** What a page is told while it is open: a name, lines of text, and where to go on after a break. */
type StreamEvent = { event: string; data: string; id?: string }

export type EventStream = {
  response: Response
  send(event: StreamEvent): void
  /** The last event, if any, then the end; the browser comes again unless that event told it not to. */
  end(last?: StreamEvent): void
}

/** The server closes what is silent for 10 seconds. */
const BEAT_MS = 4_000
/** A browser that lost its stream comes again after this. */
const RETRY_MS = 2_000
/** Streams of one process at most: each costs a little memory and its share of every look. Whoever comes then, asks by itself. */
const MOST_STREAMS = 1_000
/** Streams of one session at most: a browser has six connections to a host, and pages need some of them. */
const MOST_OF_ONE = 3
/** Chunks that wait for a slow reader before it is given up. */
const MOST_WAITING = 64

/** Tells a page to ask by itself from now on. */
const ASK_YOURSELF: StreamEvent = { event: 'poll', data: '' }

type Open = EventStream & { owner: string; beat(): void }
const open = new Set<Open>()
let heart: ReturnType<typeof setInterval> | undefined

onDrain(() => {
  for (const stream of [...open]) stream.end()
})

/**
 * Opens a stream of events to one page; undefined when this process has too many or is ending. `owner` is the session: its oldest
 * stream makes room. `onEnd` is called once, whoever ends it: we, the browser, or the network. Streams beat until then, and all of them
 * end when the process drains.
 */
export function openEventStream(owner: string, onEnd: () => void): EventStream | undefined {
  if (isDraining() || open.size >= MOST_STREAMS) return undefined
  const own = [...open].filter((stream) => stream.owner === owner)
  if (own.length >= MOST_OF_ONE) own[0]!.end(ASK_YOURSELF)
  const stream = makeStream(owner, onEnd)
  open.add(stream)
  heart ??= setInterval(() => {
    for (const one of [...open]) one.beat()
  }, BEAT_MS)
  return stream
}

/** Streams that are open in this process. */
export const openStreams = (): number => open.size

function makeStream(owner: string, onEnd: () => void): Open {
  const encoder = new TextEncoder()
  let controller: ReadableStreamDefaultController<Uint8Array>
  const leave = () => {
    if (!open.delete(stream)) return
    if (open.size === 0) {
      clearInterval(heart)
      heart = undefined
    }
    onEnd()
  }
  const write = (text: string) => {
    if (!open.has(stream)) return
    if ((controller.desiredSize ?? 0) < -MOST_WAITING) return stream.end()
    controller.enqueue(encoder.encode(text))
  }
  const body = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given
      controller.enqueue(encoder.encode(`retry: ${RETRY_MS}\n\n`))
    },
    cancel: leave,
  })
  const stream: Open = {
    owner,
    response: new Response(body, {
      headers: { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' },
    }),
    send: (event) => write(written(event)),
    beat: () => write(':\n\n'),
    end: (last) => {
      if (last) stream.send(last)
      if (!open.has(stream)) return
      leave()
      controller.close()
    },
  }
  return stream
}

/** Each line of the data stands behind its own `data:`, so that no text can begin an event of its own. */
const written = ({ event, data, id }: StreamEvent): string =>
  `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}${data
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}\n`)
    .join('')}\n`
