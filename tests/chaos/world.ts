import type { Uuid } from '#src/core/ids'
import { useClock } from '#src/core/time'
import { useGateways } from '#src/payments/gateways/registry'
import { staffToken } from '#tests/support/api'
import { openTestDatabase, urlOf } from '#tests/support/database'
import { aStaff } from '#tests/support/factory'
import { startGateway } from '#tests/support/gateway'
import { freePort } from '#tests/support/http'
import { spawnProduct } from '#tests/support/product-process'
import { billFaults } from './books'

const DAY_MS = 86_400_000
const STARTED_MS = 20
const MOST_LOOKS = 500

/** One database, one bank, and a product whose processes come and go on one address. */
export async function openWorld() {
  const database = await openTestDatabase()
  const port = freePort()
  const url = `http://127.0.0.1:${port}`
  const bank = await startGateway({ notifyBase: url })
  const away = useGateways(bank.env, url)
  const product = openProduct({ ...bank.env, PUBLIC_URL: url, PORT: String(port), DATABASE_URL: urlOf(database.connection) }, url)
  const finance = await staffToken((await aStaff('finance', 'manager')).id)
  let ahead = 0
  const backToRealTime = useClock(() => performance.timeOrigin + performance.now() + ahead)
  return {
    owner: database.owner,
    bank,
    url,
    finance,
    ...product,
    /** Lets time pass, for the bank and for the jobs of this process. */
    pass: async (milliseconds: number) => {
      ahead += milliseconds
      await bank.control.setAhead(ahead)
    },
    ahead: () => ahead,
    /** Two days on, when the bills of these days are there. */
    billFaults: async () => {
      ahead = 2 * DAY_MS
      await bank.control.setAhead(ahead)
      return billFaults(database.owner)
    },
    /** Ended stories stay as they are: nobody asks about their orders any more. */
    forget: (operatorId: Uuid) => database.owner`UPDATE recharge_orders SET next_check_at = NULL WHERE operator_id = ${operatorId}`,
    close: async () => {
      await product.stop()
      backToRealTime()
      away()
      await bank.stop()
      await database.close()
    },
  }
}
export type World = Awaited<ReturnType<typeof openWorld>>

/** The web process, and one that does what the clock would do; either may be told where to die. */
function openProduct(env: Record<string, string>, url: string) {
  let server: Bun.Subprocess | undefined
  let point = ''
  const spawn = (program: string, faultAt: string, words: string[] = []) => spawnProduct(program, { ...env, FAULT_POINT: faultAt }, words)
  const stop = async () => {
    server?.kill('SIGKILL')
    await server?.exited
    server = undefined
  }
  return {
    stop,
    /** A server that dies at `faultAt`; the one that runs stays when it is such a one. */
    serve: async (faultAt = '') => {
      if (server && server.exitCode === null && server.signalCode === null && point === faultAt) return
      await stop()
      server = spawn('src/server.ts', faultAt)
      point = faultAt
      await answers(url, server)
    },
    /** Whether the server died by itself since it was asked last. */
    hasDied: () => server !== undefined && server.signalCode === 'SIGKILL',
    /** Whether it is dead within this time: a caller hears of a death before the process table does. */
    diesWithin: async (milliseconds: number) => {
      await Promise.race([server?.exited, Bun.sleep(milliseconds)])
      return server?.signalCode === 'SIGKILL'
    },
    /** The jobs of payments and refunds, once, in a process of their own; true when it died on the way. */
    work: async (faultAt: string, ahead: number): Promise<boolean> => {
      const worker = spawn('tests/chaos/worker.ts', faultAt, [String(ahead)])
      await worker.exited
      return worker.signalCode === 'SIGKILL'
    },
  }
}

async function answers(url: string, child: Bun.Subprocess): Promise<void> {
  for (let look = 0; look < MOST_LOOKS; look++) {
    if (child.exitCode !== null) throw new Error(`the server process ended with ${child.exitCode}`)
    const up = await fetch(`${url}/health/live`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (up) return
    await Bun.sleep(STARTED_MS)
  }
  throw new Error(`no answer from ${url}`)
}
