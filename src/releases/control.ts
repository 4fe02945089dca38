import { existsSync, rmSync } from 'node:fs'
import { type Home, pathsOf, releaseOf } from './home'
import type { Machine, MachineState } from './machine'

/** How a release command speaks to the machine of its home: JSON over a socket that only its user can open. */

type Order =
  | { order: 'switch'; version: string; trialSeconds: number }
  | { order: 'confirm'; version: string }
  | { order: 'back'; reason: string }

/** Opens the socket of a home for its machine; returns the way to close it. */
export function listenForOrders(home: Home, machine: Machine): () => void {
  const { socket } = pathsOf(home)
  // Left behind by a machine that was killed; that no other one runs is known from the port.
  rmSync(socket, { force: true })
  const mask = process.umask(0o077)
  const server = Bun.serve({
    unix: socket,
    fetch: async (request, bun) => {
      // A switch takes as long as a release takes to get ready.
      bun.timeout(request, 0)
      if (request.method === 'GET') return Response.json(machine.state())
      try {
        await obey(home, machine, (await request.json()) as Order)
        return Response.json(machine.state())
      } catch (error) {
        return Response.json({ error: (error as Error).message }, { status: 409 })
      }
    },
  })
  process.umask(mask)
  return () => {
    void server.stop(true)
    rmSync(socket, { force: true })
  }
}

function obey(home: Home, machine: Machine, order: Order): Promise<void> | void {
  if (order.order === 'switch') return machine.switchTo(releaseOf(home, order.version), order.trialSeconds)
  if (order.order === 'confirm') return machine.confirm(order.version)
  return machine.goBack(order.reason)
}

/** Longer than any release takes to get ready, with the drain of the one before. */
const ANSWER_MS = 60_000

/** Gives an order to the machine of a home, or asks for its state. Throws an Error with the machine's own words. */
export async function askMachine(home: Home, order?: Order): Promise<MachineState> {
  const { socket } = pathsOf(home)
  const options = { unix: socket, signal: AbortSignal.timeout(order ? ANSWER_MS : 2_000) }
  const response = await fetch(
    'http://machine/',
    order ? { ...options, method: 'POST', body: JSON.stringify(order), headers: { 'Content-Type': 'application/json' } } : options,
  )
  const answer = (await response.json()) as MachineState & { error?: string }
  if (!response.ok) throw new Error(answer.error ?? `the machine answered ${response.status}`)
  return answer
}

/** The state of the machine of a home; undefined when none runs. */
export async function findMachine(home: Home): Promise<MachineState | undefined> {
  if (!existsSync(pathsOf(home).socket)) return undefined
  return askMachine(home).catch(() => undefined)
}
