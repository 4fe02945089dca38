import { newId, type Uuid } from '#src/core/ids'
import { brokenRule, Problem } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import { type Change, nextEntry } from './statement'
import { type Currency, type Entry, entryJson, LARGEST_BALANCE, type OperationKind, type Wallet, walletJson } from './wallet'

type Words = { reason: string; reference: string | null }
type Amount = { currency: Currency; amount: bigint }

/** What a partner asks for. A freeze or an operation is named by the id of a row of its statement. */
export type Act =
  | ({ kind: 'credit' | 'debit' | 'freeze'; userId: string } & Amount & Words)
  | ({ kind: 'transfer'; fromUserId: string; toUserId: string; inReturn: Amount | null; freezeId: Uuid | null } & Amount & Words)
  | ({ kind: 'release'; freezeId: Uuid; amount: bigint | null } & Words)
  | ({ kind: 'reversal'; transactionId: Uuid } & Words)

/** One proved and well-formed call that waits for its decision. */
export type Call = { platform: string; idempotencyKey: string; requestHash: string; act: Act }

/** An operation as it is stored, with the answer it was given: replays are made from it alone. */
export type Operation = {
  id: Uuid
  platform: string
  idempotencyKey: string
  kind: OperationKind
  requestHash: string
  targetId: Uuid | null
  walletId: Uuid
  currency: Currency
  amount: bigint
  answer: object
  createdAt: Instant
}

/** An earlier operation that a call names, by the id of one of its rows. */
export type Target = {
  operation: Pick<Operation, 'id' | 'platform' | 'kind' | 'walletId' | 'currency' | 'amount'>
  rows: Pick<Entry, 'walletId' | 'kind' | 'currency' | 'direction' | 'amount'>[]
}

/** Everything a batch of decisions depends on, read under the wallets' locks. */
export type World = {
  now: Instant
  wallets: Wallet[]
  /** Operations under these keys that are there already. */
  operations: Operation[]
  /** By the id that calls use. */
  targets: Map<Uuid, Target>
  /** How much of a freeze is used up, by its operation. */
  used: Map<Uuid, bigint>
  /** Operations that were taken back. */
  reversed: Set<Uuid>
}

export type Decision =
  | { verdict: 'done'; operation: Operation; entries: Entry[] }
  | { verdict: 'replayed'; operation: Operation }
  | { verdict: 'refused'; problem: Problem }

/** The wallets while calls are decided: each decision sees what the earlier ones of the batch left over. */
type Desk = {
  now: Instant
  wallets: Map<Uuid, Wallet>
  byUser: Map<string, Uuid>
  operations: Map<string, Operation>
  targets: Map<Uuid, Target>
  used: Map<Uuid, bigint>
  reversed: Set<Uuid>
}

/** A change of one wallet. */
type Move = { walletId: Uuid; change: Pick<Change, 'kind' | 'direction' | 'currency' | 'amount'> }
type Plan = { moves: Move[]; targetId: Uuid | null; about: Move['change']; walletId: Uuid; shape: 'single' | 'trade' | 'list' }

const keyOf = ({ platform, idempotencyKey }: Pick<Call, 'platform' | 'idempotencyKey'>): string => `${platform}/${idempotencyKey}`
const userKey = (platform: string, userId: string): string => `${platform}/${userId}`

/** Decides calls first come, first served. Pure: the same calls in the same world give the same decisions, ids aside. */
export function decide(calls: readonly Call[], world: World): Decision[] {
  const desk: Desk = {
    now: world.now,
    wallets: new Map(world.wallets.map((wallet) => [wallet.id, wallet])),
    byUser: new Map(world.wallets.map(({ id, platform, userId }) => [userKey(platform, userId), id])),
    operations: new Map(world.operations.map((operation) => [keyOf(operation), operation])),
    targets: world.targets,
    used: new Map(world.used),
    reversed: new Set(world.reversed),
  }
  return calls.map((call) => decideOne(call, desk))
}

function decideOne(call: Call, desk: Desk): Decision {
  const known = desk.operations.get(keyOf(call))
  if (known) {
    if (known.requestHash === call.requestHash) return { verdict: 'replayed', operation: known }
    return { verdict: 'refused', problem: new Problem('IDEMPOTENCY_KEY_CONFLICT') }
  }
  try {
    const done = carryOut(call, planFor(call, desk), desk)
    desk.operations.set(keyOf(call), done.operation)
    return { verdict: 'done', ...done }
  } catch (error) {
    if (error instanceof Problem) return { verdict: 'refused', problem: error }
    throw error
  }
}

function planFor({ platform, act }: Call, desk: Desk): Plan {
  switch (act.kind) {
    case 'credit':
    case 'debit':
    case 'freeze': {
      const walletId = walletOf(platform, act.userId, desk)
      const about = changeOf(act.kind, act.kind === 'credit' ? 'credit' : 'debit', act)
      return { moves: [{ walletId, change: about }], targetId: null, about, walletId, shape: 'single' }
    }
    case 'transfer':
      return planTransfer(platform, act, desk)
    case 'release':
      return planRelease(platform, act, desk)
    case 'reversal':
      return planReversal(platform, act, desk)
  }
}

const changeOf = (kind: Change['kind'], direction: 'credit' | 'debit', { currency, amount }: Amount): Move['change'] => ({
  kind,
  direction,
  currency,
  amount,
})

/** What one gives the other gets; in a trade something comes back. From one's own wallet to one's own it is an exchange of currencies. */
function planTransfer(platform: string, act: Extract<Act, { kind: 'transfer' }>, desk: Desk): Plan {
  const from = walletOf(platform, act.fromUserId, desk)
  const to = walletOf(platform, act.toUserId, desk)
  const about = changeOf('transfer', 'debit', act)
  const released = act.freezeId === null ? [] : [releaseMove(platform, act.freezeId, act, from, desk)]
  const moves = [...released.map(({ move }) => move), { walletId: from, change: about }]
  if (from === to) {
    if (!act.inReturn || act.inReturn.currency === act.currency) throw brokenRule('EXCHANGE_NEEDS_TWO_CURRENCIES', 'toUserId')
    moves.push({ walletId: to, change: changeOf('transfer', 'credit', act.inReturn) })
  } else {
    moves.push({ walletId: to, change: changeOf('transfer', 'credit', act) })
    if (act.inReturn) {
      moves.push({ walletId: to, change: changeOf('transfer', 'debit', act.inReturn) })
      moves.push({ walletId: from, change: changeOf('transfer', 'credit', act.inReturn) })
    }
  }
  return { moves, targetId: released[0]?.freeze ?? null, about, walletId: from, shape: 'trade' }
}

function planRelease(platform: string, act: Extract<Act, { kind: 'release' }>, desk: Desk): Plan {
  const { operation } = targetOf(platform, act.freezeId, desk)
  const open = openOf(operation, desk)
  const amount = act.amount ?? open
  const { move, freeze } = releaseMove(platform, act.freezeId, { currency: operation.currency, amount }, operation.walletId, desk)
  return { moves: [move], targetId: freeze, about: move.change, walletId: move.walletId, shape: 'single' }
}

/** Sets free what a freeze of this wallet still holds. */
function releaseMove(platform: string, freezeId: Uuid, { currency, amount }: Amount, walletId: Uuid, desk: Desk) {
  const { operation } = targetOf(platform, freezeId, desk)
  if (operation.kind !== 'freeze' || operation.walletId !== walletId || operation.currency !== currency)
    throw new Problem('RESOURCE_NOT_FOUND', { id: freezeId }, 'resource')
  const open = openOf(operation, desk)
  if (open === 0n) throw brokenRule('ALREADY_PROCESSED', 'freezeId')
  if (amount > open) throw brokenRule('EXCEEDS_FROZEN', 'amount', { max_amount: Number(open) })
  return { move: { walletId, change: changeOf('release', 'credit', { currency, amount }) }, freeze: operation.id }
}

const openOf = ({ id, kind, amount }: Target['operation'], desk: Desk): bigint =>
  kind === 'freeze' ? amount - (desk.used.get(id) ?? 0n) : 0n

/** What can be taken back: what moved for good. What is set aside is released instead. */
const REVERSIBLE: readonly string[] = ['credit', 'debit', 'transfer']

function planReversal(platform: string, act: Extract<Act, { kind: 'reversal' }>, desk: Desk): Plan {
  const { operation, rows } = targetOf(platform, act.transactionId, desk)
  if (!REVERSIBLE.includes(operation.kind)) throw brokenRule('NOT_REVERSIBLE', 'transactionId')
  if (desk.reversed.has(operation.id)) throw brokenRule('ALREADY_PROCESSED', 'transactionId')
  // What a transfer took out of a freeze goes back to what may be spent: its release stays.
  const moves = rows
    .filter(({ kind }) => REVERSIBLE.includes(kind))
    .map((row) => ({ walletId: row.walletId, change: changeOf('reversal', row.direction === 'credit' ? 'debit' : 'credit', row) }))
  return {
    moves,
    targetId: operation.id,
    about: changeOf('reversal', 'credit', operation),
    walletId: operation.walletId,
    shape: 'list',
  }
}

function targetOf(platform: string, id: Uuid, { targets }: Desk): Target {
  const target = targets.get(id)
  if (!target || target.operation.platform !== platform) throw new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
  return target
}

function walletOf(platform: string, userId: string, { byUser }: Desk): Uuid {
  const id = byUser.get(userKey(platform, userId))
  if (id === undefined) throw new Problem('WALLET_NOT_FOUND', { id: userId })
  return id
}

/** Makes the rows of a plan, or throws and changes nothing: the desk sees the wallets only when all of them can move. */
function carryOut(call: Call, plan: Plan, desk: Desk): { operation: Operation; entries: Entry[] } {
  const { act } = call
  const operationId = newId()
  const touched = new Map<Uuid, Wallet>()
  const entries: Entry[] = []
  for (const { walletId, change } of plan.moves) {
    const wallet = touched.get(walletId) ?? desk.wallets.get(walletId)!
    requireRoom(wallet, change)
    const next = nextEntry(wallet, { ...change, operationId, reason: act.reason, reference: act.reference, at: desk.now })
    touched.set(walletId, next.wallet)
    entries.push(next.entry)
  }
  for (const [id, wallet] of touched) desk.wallets.set(id, wallet)
  note(plan, act, desk)
  const operation: Operation = {
    id: operationId,
    platform: call.platform,
    idempotencyKey: call.idempotencyKey,
    kind: act.kind,
    requestHash: call.requestHash,
    targetId: plan.targetId,
    walletId: plan.walletId,
    currency: plan.about.currency,
    amount: plan.about.amount,
    answer: answerOf(plan, entries, touched),
    createdAt: desk.now,
  }
  return { operation, entries }
}

/** Never below zero, never beyond what a JSON number holds. */
function requireRoom(wallet: Wallet, { direction, currency, amount }: Move['change']): void {
  const { available } = wallet.purses[currency]
  if (direction === 'credit') {
    if (available + amount > LARGEST_BALANCE) throw brokenRule('WALLET_FULL', 'amount')
    return
  }
  if (available >= amount) return
  const details = {
    currency,
    current_balance: Number(available),
    required_amount: Number(amount),
    shortage: Number(amount - available),
  }
  throw new Problem('INSUFFICIENT_BALANCE', details, 'wallet')
}

/** What a later call of the same batch has to know of the target. */
function note({ targetId, moves }: Plan, act: Act, desk: Desk): void {
  if (targetId === null) return
  if (act.kind === 'reversal') desk.reversed.add(targetId)
  const released = moves.find(({ change }) => change.kind === 'release')
  if (released) desk.used.set(targetId, (desk.used.get(targetId) ?? 0n) + released.change.amount)
}

/** The first answer, which replays repeat to the letter. */
function answerOf({ shape, moves }: Plan, entries: Entry[], touched: Map<Uuid, Wallet>): object {
  const part = (walletId: Uuid) => ({
    wallet: walletJson(touched.get(walletId)!),
    transactions: entries.filter((entry) => entry.walletId === walletId).map(entryJson),
  })
  const ids = [...touched.keys()]
  if (shape === 'single') return { wallet: walletJson(touched.get(ids[0]!)!), transaction: entryJson(entries[0]!) }
  if (shape === 'trade')
    return { from: part(moves[0]!.walletId), to: part(moves.find((move) => move.walletId !== ids[0])?.walletId ?? ids[0]!) }
  return { wallets: ids.map(part) }
}
