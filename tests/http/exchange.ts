import { connect } from 'node:net'

export type Exchange = {
  /** Status of every answer that came, in order. */
  statuses: number[]
  /** All bytes that came, as Latin-1 text. */
  text: string
  /** The server ended the connection. */
  closed: boolean
  /** Neither an answer nor an end within the limit. */
  hung: boolean
}

/** How long a server may think before it counts as hanging, and how long we listen for an answer nobody asked for. */
const LONGEST_MS = 5_000
const AFTERMATH_MS = 120

/** Writes bytes as they are to the server's port and listens: for requests that no client library would send. */
export function exchange(url: string, bytes: string | Uint8Array, options: { end?: boolean } = {}): Promise<Exchange> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(Number(port), hostname)
    const finish = (closed: boolean, hung = false) => {
      clearTimeout(limit)
      clearTimeout(aftermath)
      socket.destroy()
      resolve({ text, closed, hung, statuses: [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status)) })
    }
    let aftermath: ReturnType<typeof setTimeout> | undefined
    const limit = setTimeout(() => finish(false, text === ''), LONGEST_MS)
    socket.on('connect', () => {
      socket.write(bytes)
      if (options.end) socket.end()
    })
    socket.on('data', (data) => {
      text += data.toString('latin1')
      clearTimeout(aftermath)
      if (isComplete(text)) aftermath = setTimeout(() => finish(false), AFTERMATH_MS)
    })
    socket.on('error', () => {})
    socket.on('close', () => finish(true))
  })
}

/** The last answer has all the bytes it announced. */
function isComplete(text: string): boolean {
  const start = text.lastIndexOf('HTTP/1.1 ')
  const body = text.indexOf('\r\n\r\n', start)
  if (start < 0 || body < 0) return false
  const length = /content-length: (\d+)/i.exec(text.slice(start, body))
  return text.length - body - 4 >= Number(length?.[1] ?? 0)
}

/** The JSON body of an answer's bytes. */
export const jsonBody = (text: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(text.slice(text.indexOf('\r\n\r\n') + 4), 'latin1').toString())
