import { SMTPServer } from 'smtp-server'

/** A mail as it came over the wire, its words decoded. */
export type Received = { from: string; to: string[]; headers: Map<string, string>; subject: string; text: string }

/** A mail server on this machine that keeps what it is sent; `refuse` makes it answer 550 to everybody. */
export async function startMailServer(port = 0, options: { refuse?: boolean } = {}) {
  const mails: Received[] = []
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onRcptTo: (_address, _session, callback) =>
      callback(options.refuse ? Object.assign(new Error('no such mailbox'), { responseCode: 550 }) : undefined),
    onData: (stream, session, callback) => {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        const from = mailFrom ? mailFrom.address : ''
        mails.push({ from, to: rcptTo.map(({ address }) => address), ...decoded(Buffer.concat(parts).toString('latin1')) })
        callback()
      })
    },
  })
  const bound = await new Promise<number>((resolve, reject) => {
    server.on('error', reject)
    const listener = server.listen(port, '127.0.0.1', () => resolve((listener.address() as { port: number }).port))
  })
  return {
    mails,
    port: bound,
    url: `smtp://127.0.0.1:${bound}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

function decoded(raw: string): Pick<Received, 'headers' | 'subject' | 'text'> {
  const end = raw.indexOf('\r\n\r\n')
  const lines = raw
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
  const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]))
  const body = raw.slice(end + 4)
  const text =
    headers.get('content-transfer-encoding') === 'base64'
      ? Buffer.from(body, 'base64').toString('utf8')
      : Buffer.from(fromQuoted(body.replace(/=\r\n/g, '')), 'latin1').toString('utf8')
  return { headers, subject: words(headers.get('subject') ?? ''), text: text.replaceAll('\r\n', '\n') }
}

const fromQuoted = (text: string): string =>
  text.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

/** RFC 2047: `=?UTF-8?B?…?=` and `=?UTF-8?Q?…?=`, several beside each other. */
function words(header: string): string {
  return header
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([BQ])\?([^?]*)\?=/gi, (_, kind: string, text: string) =>
      kind.toUpperCase() === 'B'
        ? Buffer.from(text, 'base64').toString('utf8')
        : Buffer.from(fromQuoted(text.replaceAll('_', ' ')), 'latin1').toString('utf8'),
    )
}
