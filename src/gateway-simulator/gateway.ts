import { readFileSync } from 'node:fs'
import { answerAlipay } from './alipay'
import { downloadFile } from './bill-files'
import { answerControl } from './control'
import { answerDesk } from './desk'
import { answerPhone } from './phone'
import { runDue } from './send'
import type { Simulator } from './simulator'
import { answerWechat } from './wechat'

const TICK_MS = 20

export type Gateway = { port: number; stop(): Promise<void> }

/** Opens the port: both providers, the phone, the desk, and the handle that tests turn. */
export function openGateway(simulator: Simulator, { port, hostname }: { port: number; hostname: string }): Gateway {
  const server = Bun.serve({
    port,
    hostname,
    development: false,
    // A call may be answered late on purpose, as late as the switch says.
    idleTimeout: 0,
    fetch: async (request, bound) => {
      const address = bound.requestIP(request)?.address ?? ''
      return answer(simulator, request, new Uint8Array(await request.arrayBuffer()), address)
    },
    error: () => new Response('500', { status: 500 }),
  })
  let stopped = false
  const clock = async () => {
    while (!stopped) {
      // Not awaited: one slow receiver must not hold up the others.
      if (simulator.settings.pace > 0) void runDue(simulator)
      await Bun.sleep(TICK_MS)
    }
  }
  const ended = clock()
  return {
    port: server.port!,
    stop: async () => {
      stopped = true
      await ended
      await server.stop(true)
      simulator.books.close()
    },
  }
}

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/

async function answer(simulator: Simulator, request: Request, body: Uint8Array, address: string): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  if (pathname.startsWith('/v3/')) return answerWechat(simulator, request, body)
  if (pathname === '/gateway.do') return answerAlipay(simulator, request, body)
  if (pathname === '/downloadBillFile.resource') return downloadFile(simulator, 'alipay', searchParams.get('fileId') ?? '')
  if (pathname.startsWith('/control/')) {
    if (!LOOPBACK.test(address)) return new Response('control answers this machine only', { status: 403 })
    return answerControl(simulator, request, body)
  }
  if (pathname === '/desk' || pathname === '/') {
    if (!LOOPBACK.test(address)) return new Response('the desk answers this machine only', { status: 403 })
    return answerDesk(simulator, request, body)
  }
  return answerFile(pathname) ?? answerPhone(simulator, request, body) ?? new Response('not found', { status: 404 })
}

const view = (name: string): string => readFileSync(new URL(`../../views/${name}`, import.meta.url), 'utf8')
const ICON = view('assets/favicon.svg')
const STYLE = view('assets/tokens.css') + view('simulator/simulator.css')

/** The few files that its pages are made of. */
function answerFile(pathname: string): Response | undefined {
  if (pathname === '/simulator.svg') return new Response(ICON, { headers: { 'Content-Type': 'image/svg+xml' } })
  if (pathname === '/simulator.css') return new Response(STYLE, { headers: { 'Content-Type': 'text/css; charset=utf-8' } })
  return undefined
}
