import { until } from './until'

export type Heard = { event: string; data: string; id?: string }

/** Reads a stream of events as a browser does; `heard` grows until `ended`. */
export async function readEvents(url: string, headers: Record<string, string>) {
  const leaving = new AbortController()
  const response = await fetch(url, { headers: { Accept: 'text/event-stream', ...headers }, redirect: 'manual', signal: leaving.signal })
  const heard: Heard[] = []
  const state = { beats: 0, ended: false, broken: false }
  const read = async () => {
    let rest = ''
    const decoder = new TextDecoder()
    for await (const part of response.body ?? []) {
      rest += decoder.decode(part, { stream: true })
      const blocks = rest.split('\n\n')
      rest = blocks.pop()!
      for (const block of blocks) {
        if (block.startsWith(':')) state.beats++
        const event = parsed(block)
        if (event) heard.push(event)
      }
    }
  }
  const reading = read().then(
    () => {
      state.ended = true
    },
    () => {
      state.broken = true
    },
  )
  return {
    response,
    heard,
    state,
    named: (event: string) => heard.filter((one) => one.event === event),
    next: (event: string, matches: (one: Heard) => boolean = () => true, seconds = 10) =>
      until(`event ${event}`, () => heard.find((one) => one.event === event && matches(one)), seconds),
    leave: async () => {
      leaving.abort()
      await reading
    },
  }
}

function parsed(block: string): Heard | undefined {
  const fields = block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const)
  const event = fields.find(([name]) => name === 'event')?.[1]
  if (event === undefined) return undefined
  const data = fields.flatMap(([name, value]) => (name === 'data' ? [value] : [])).join('\n')
  const id = fields.find(([name]) => name === 'id')?.[1]
  return { event, data, ...(id === undefined ? {} : { id }) }
}
