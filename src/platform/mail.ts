import nodemailer from 'nodemailer'
import { config } from './config'

/** One mail to one person, in plain text. */
export type Mail = {
  /** Stands in the mail's head: a copy that a repeat sends is known by it as the same mail. */
  id: string
  to: { name: string; address: string }
  subject: string
  text: string
  /** Files of ours that go with it. */
  attachments?: readonly { name: string; type: string; bytes: Uint8Array }[]
}
export type Send = (mail: Mail) => Promise<void>

/** Patience with a mail server; the queue repeats what took longer. */
const CONNECT_MS = 10_000
const SILENCE_MS = 30_000

/** Sends by the mail server of a URL (SMTP_URL). Connections are kept for the next mails until `close`. */
export function smtpSender(url: string): { send: Send; close(): void } {
  const host = new URL(config().PUBLIC_URL).hostname
  const transport = nodemailer.createTransport(
    { url, pool: true, maxConnections: 2, connectionTimeout: CONNECT_MS, greetingTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
    { from: config().MAIL_FROM ?? `MR 游戏运营 <noreply@${host}>` },
  )
  const send = async ({ id, attachments = [], ...mail }: Mail) => {
    await transport.sendMail({
      ...mail,
      messageId: `<${id}@${host}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
      attachments: attachments.map(({ name, type, bytes }) => ({ filename: name, contentType: type, content: Buffer.from(bytes) })),
      // What a person typed is text and never a file of ours or an address to fetch.
      disableFileAccess: true,
      disableUrlAccess: true,
    })
  }
  return { send, close: () => transport.close() }
}

/** True when the server has refused the mail for good (5xx): sending it again changes nothing. A wrong password may be put right. */
export function isRefusedForGood(error: unknown): boolean {
  const { responseCode, code } = error as { responseCode?: number; code?: string }
  return responseCode !== undefined && responseCode >= 500 && code !== 'EAUTH'
}
