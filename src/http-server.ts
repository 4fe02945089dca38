import { Problem } from '#src/core/problem'
import { countAnswer } from '#src/platform/answer-tally'
import { serveAsset } from '#src/platform/assets'
import { clientAddress } from '#src/platform/client-address'
import { config } from '#src/platform/config'
import { setDraining } from '#src/platform/draining'
import { problemJson, type RequestInfo, receive } from '#src/platform/http'
import { log } from '#src/platform/log'
import { apiErrors } from '#src/platform/metrics'
import { secure } from '#src/platform/security-headers'
import { sharesPort } from '#src/platform/supervised'
import { createApp } from './app'

/** Larger bodies are cut off by the server itself; the product's own limit answers before that with its own words. */
const HARD_BODY_LIMIT = 6 * 1_048_576
const IDLE_SECONDS = 10
const LOCAL_HOSTS = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/

export type HttpServer = {
  url: string
  port: number
  /** Takes no new connections, waits for what is under way, at most `patienceMs`, then closes. */
  drain(patienceMs: number): Promise<void>
}

let underWay = 0

/** Opens the port; 0 takes any free one. Every request gets an id, its client's address, security headers, a log line and metrics. */
export function openPort(port: number, hostname: string): HttpServer {
  const app = createApp()
  setDraining(false)
  const server = Bun.serve({
    port,
    hostname,
    reusePort: config().WEB_PROCESSES > 1 || sharesPort(),
    maxRequestBodySize: HARD_BODY_LIMIT,
    idleTimeout: IDLE_SECONDS,
    fetch: async (request, bun) => {
      underWay++
      const info = receive(request, clientAddress(bun.requestIP(request)?.address, request.headers.get('x-forwarded-for')))
      try {
        const response = await respond(app, request, info)
        secure(response.headers, info.id)
        report(request, response, info)
        return response
      } finally {
        underWay--
      }
    },
    error: () =>
      new Response('{"success":false,"error_code":"INTERNAL_ERROR","message":"服务器内部错误，请稍后重试"}', {
        status: 500,
        headers: { 'Content-Type': 'application/json; charset=utf-8' },
      }),
  })
  return {
    url: `http://${hostname}:${server.port}`,
    port: server.port!,
    drain: (patienceMs) => drain(server, patienceMs),
  }
}

async function respond(app: ReturnType<typeof createApp>, request: Request, info: RequestInfo): Promise<Response> {
  if (!isKnownHost(request)) return problemJson(new Problem('ROUTE_NOT_FOUND'), info)
  const { pathname } = new URL(request.url)
  if (pathname.startsWith('/assets/') || pathname === '/favicon.ico') {
    info.route = 'GET /assets/*'
    return serveAsset(pathname, request.headers.get('accept-encoding')) ?? problemJson(new Problem('ROUTE_NOT_FOUND'), info)
  }
  return app.handle(request)
}

async function drain(server: ReturnType<typeof Bun.serve>, patienceMs: number): Promise<void> {
  setDraining(true)
  const stopped = server.stop(false)
  for (let waited = 0; underWay > 0 && waited < patienceMs; waited += 20) await Bun.sleep(20)
  await Promise.race([stopped, Bun.sleep(100)])
  await server.stop(true)
}

/** Links and cookies are made for our own names; a request that calls us otherwise is not for us. */
function isKnownHost(request: Request): boolean {
  const host = request.headers.get('host') ?? ''
  if (LOCAL_HOSTS.test(host)) return true
  const { PUBLIC_URL, ALLOWED_HOSTS } = config()
  return host === new URL(PUBLIC_URL).host || (ALLOWED_HOSTS ?? '').split(',').some((allowed) => allowed.trim() === host)
}

function report(request: Request, response: Response, info: RequestInfo): void {
  const durationMs = info.elapsed()
  countAnswer(info.route, response.status, durationMs)
  if (info.errorCode) apiErrors.inc({ endpoint: info.route, error_type: info.errorCode })
  log(response.status >= 500 ? 'error' : 'info', 'request', {
    trace_id: info.id,
    user_id: info.userId ?? null,
    operation: info.operation ?? info.route,
    method: request.method,
    route: info.route,
    status: response.status,
    code: info.errorCode,
    ip: info.ip,
    ms: Math.round(durationMs * 100) / 100,
  })
}
