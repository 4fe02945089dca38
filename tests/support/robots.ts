import { createHmac } from 'node:crypto'
import { nowMs } from '#src/core/time'

/** A message as the group sees it. */
type RobotMessage = { title: string; text: string }
type Trouble = 'none' | 'down' | 'broken' | 'redirect' | 'slow' | 'no_json'

const ACCESS_TOKEN = 'a-token-that-nobody-may-see-0123456789abcdef'
const WECOM_KEY = '693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa'
const SECRET = 'SECa-secret-of-the-robot-that-nobody-may-see'
const HOUR_MS = 3_600_000

/**
 * A robot of DingTalk or WeCom on this machine, as strict as they are: it believes a right token and signature only, takes Markdown up to
 * its length, answers 200 with a code for everything, and repeats what it was told in its words.
 */
export function startRobot(kind: 'dingtalk' | 'wecom', port = 0) {
  const messages: RobotMessage[] = []
  const state = { trouble: 'none' as Trouble, calls: 0 }
  const server = Bun.serve({
    port,
    hostname: '127.0.0.1',
    fetch: async (request) => {
      state.calls++
      const { trouble } = state
      if (trouble === 'down') return new Response('bad gateway', { status: 502 })
      if (trouble === 'no_json') return new Response('<html>')
      if (trouble === 'slow') await Bun.sleep(60_000)
      if (trouble === 'redirect') return Response.redirect('http://127.0.0.1:1/elsewhere', 307)
      if (trouble === 'broken') return Response.json({ errcode: -1, errmsg: `system busy: ${request.url}` })
      return Response.json(kind === 'dingtalk' ? await dingtalk(request, messages) : await wecom(request, messages))
    },
  })
  const base = `http://127.0.0.1:${server.port}`
  return {
    messages,
    state,
    port: server.port!,
    secret: SECRET,
    secrets: [SECRET, ACCESS_TOKEN, WECOM_KEY],
    webhook: kind === 'dingtalk' ? `${base}/robot/send?access_token=${ACCESS_TOKEN}` : `${base}/cgi-bin/webhook/send?key=${WECOM_KEY}`,
    close: () => server.stop(true),
  }
}

type Said = { errcode: number; errmsg: string }
const OK: Said = { errcode: 0, errmsg: 'ok' }

async function dingtalk(request: Request, messages: RobotMessage[]): Promise<Said> {
  const { pathname, searchParams } = new URL(request.url)
  if (request.method !== 'POST' || pathname !== '/robot/send') return { errcode: 404, errmsg: 'no such path' }
  if (searchParams.get('access_token') !== ACCESS_TOKEN) return { errcode: 300005, errmsg: 'token is not exist' }
  const timestamp = searchParams.get('timestamp') ?? ''
  if (Math.abs(nowMs() - Number(timestamp)) > HOUR_MS) return { errcode: 310000, errmsg: 'invalid timestamp' }
  const sign = createHmac('sha256', SECRET).update(`${timestamp}\n${SECRET}`).digest('base64')
  if (searchParams.get('sign') !== sign) return { errcode: 310000, errmsg: `sign not match: ${searchParams.get('sign')}` }
  const { msgtype, markdown } = (await request.json()) as { msgtype: string; markdown?: { title: string; text: string } }
  if (msgtype !== 'markdown' || !markdown?.title || !markdown.text) return { errcode: 40035, errmsg: 'invalid parameter' }
  if (Buffer.byteLength(markdown.text) > 20_000) return { errcode: 460101, errmsg: 'message too long' }
  messages.push(markdown)
  return OK
}

async function wecom(request: Request, messages: RobotMessage[]): Promise<Said> {
  const { pathname, searchParams } = new URL(request.url)
  if (request.method !== 'POST' || pathname !== '/cgi-bin/webhook/send') return { errcode: 404, errmsg: 'no such path' }
  if (searchParams.get('key') !== WECOM_KEY) return { errcode: 93000, errmsg: 'invalid webhook url' }
  const { msgtype, markdown } = (await request.json()) as { msgtype: string; markdown?: { content: string } }
  if (msgtype !== 'markdown' || !markdown?.content) return { errcode: 40008, errmsg: 'invalid message type' }
  if (Buffer.byteLength(markdown.content) > 4_096) return { errcode: 40058, errmsg: 'markdown.content exceed max length 4096' }
  messages.push({ title: markdown.content.split('\n')[0]!, text: markdown.content })
  return OK
}
