import { deepEqual } from 'node:assert'
import { newId } from '#src/core/ids'
import { Problem } from '#src/core/problem'
import type { Act } from '#src/wallets/decide'
import { requestHash } from '#src/wallets/input'
import { move } from '#src/wallets/move'
import { findWallet, openWallet } from '#src/wallets/open'
import { proveWallets } from '#src/wallets/prove'
import type { Currency } from '#src/wallets/wallet'

export const CURRENCIES = ['gameCoins', 'cashBalance', 'computingPower'] as const
export const PLAYERS = 3
export const KEYS = 4

type Amount = { currency: number; amount: number }
export type Step =
  | ({ do: 'change'; kind: 'credit' | 'debit' | 'freeze'; who: number; key: number; copies: number } & Amount)
  | ({ do: 'transfer'; from: number; to: number; back: Amount | null; freeze: number | null; key: number; copies: number } & Amount)
  | { do: 'release'; freeze: number; amount: number | null; key: number; copies: number }
  | { do: 'reverse'; operation: number; key: number; copies: number }
  | ({ do: 'burst'; who: number; times: number } & Amount)

type Purse = { available: number; frozen: number }
type Delta = { who: number; currency: Currency; available: number; frozen: number }
type Verdict = { code: string } | { deltas: Delta[] }
/** An operation that was carried out: what it moved for good, and the id of one of its rows. */
type Done = { id: string; deltas: Delta[]; reversed: boolean }
type Freeze = { id: string; who: number; currency: Currency; open: number }
type Answer = { code: string; answer: object }

/** One platform with three players: the real wallets, and beside them what plain arithmetic says they must be. */
export class World {
  private readonly platform = `m${newId().replaceAll('-', '').slice(-20)}`
  private readonly users = Array.from({ length: PLAYERS }, (_, index) => `player-${index}`)
  private readonly purses = this.users.map(
    () => Object.fromEntries(CURRENCIES.map((name) => [name, { available: 0, frozen: 0 }])) as Record<Currency, Purse>,
  )
  private readonly answered = new Map<string, { hash: string; answer: object }>()
  private readonly freezes: Freeze[] = []
  private readonly done: Done[] = []

  async open(): Promise<this> {
    for (const [index, user] of this.users.entries()) {
      deepEqual((await openWallet(this.platform, user)).isNew, true)
      this.purses[index]!.gameCoins.available = 1_000
    }
    return this
  }

  /** Does one step in the real world and in the model, and compares; throws on the first difference. */
  async take(step: Step): Promise<void> {
    if (step.do === 'burst') await this.burst(step)
    else await this.ask(step)
    for (const [index, user] of this.users.entries()) {
      const { purses } = (await findWallet(this.platform, user))!
      const found = Object.fromEntries(
        CURRENCIES.map((name) => [name, { available: Number(purses[name].available), frozen: Number(purses[name].frozen) }]),
      )
      deepEqual(found, this.purses[index])
    }
  }

  /** Every statement adds up to its wallet. */
  async close(): Promise<void> {
    deepEqual((await proveWallets(this.platform)).findings, [])
  }

  private async ask(step: Exclude<Step, { do: 'burst' }>): Promise<void> {
    const act = this.actOf(step)
    const key = `key-number-${step.key}`
    const known = this.answered.get(key)
    const hash = requestHash(act)
    const verdict = known ? undefined : this.verdictOn(step)
    const answers = await Promise.all(Array.from({ length: step.copies }, () => this.send(act, key)))
    const codes = answers.map(({ code }) => code).sort()
    if (known) deepEqual(codes, Array(step.copies).fill(known.hash === hash ? 'replayed' : 'IDEMPOTENCY_KEY_CONFLICT'))
    else if ('code' in verdict!) deepEqual(codes, Array(step.copies).fill(verdict.code))
    else {
      deepEqual(codes, ['done', ...Array(step.copies - 1).fill('replayed')])
      this.apply(step, verdict!.deltas, answers[0]!.answer)
      this.answered.set(key, { hash, answer: answers[0]!.answer })
    }
    const first = this.answered.get(key)
    for (const { code, answer } of answers) if (code === 'replayed') deepEqual(answer, first!.answer)
  }

  /** Different debits at once: as many as the purse allows. */
  private async burst({ who, times, currency, amount }: Extract<Step, { do: 'burst' }>): Promise<void> {
    const name = CURRENCIES[currency]!
    const purse = this.purses[who]![name]
    const act: Act = { kind: 'debit', userId: this.users[who]!, currency: name, amount: BigInt(amount), reason: '模型', reference: null }
    const answers = await Promise.all(Array.from({ length: times }, () => this.send(act, newId())))
    const enough = Math.min(times, Math.floor(purse.available / amount))
    deepEqual(
      answers.map(({ code }) => code).sort(),
      [...Array(times - enough).fill('INSUFFICIENT_BALANCE'), ...Array(enough).fill('done')].sort(),
    )
    purse.available -= enough * amount
  }

  private async send(act: Act, idempotencyKey: string): Promise<Answer> {
    try {
      const { answer, replayed } = await move({ platform: this.platform, idempotencyKey, requestHash: requestHash(act), act })
      return { code: replayed ? 'replayed' : 'done', answer }
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      const [fault] = Array.isArray(error.details) ? error.details : []
      return { code: fault?.reason ?? error.code, answer: {} }
    }
  }

  private actOf(step: Exclude<Step, { do: 'burst' }>): Act {
    const words = { reason: '模型', reference: null }
    if (step.do === 'release')
      return { kind: 'release', freezeId: this.freezeId(step.freeze), amount: step.amount === null ? null : BigInt(step.amount), ...words }
    if (step.do === 'reverse') return { kind: 'reversal', transactionId: this.done[step.operation]?.id ?? NOBODY, ...words }
    const amount = { currency: CURRENCIES[step.currency]!, amount: BigInt(step.amount) }
    if (step.do === 'change') return { kind: step.kind, userId: this.users[step.who]!, ...amount, ...words }
    return {
      kind: 'transfer',
      fromUserId: this.users[step.from]!,
      toUserId: this.users[step.to]!,
      ...amount,
      inReturn: step.back && { currency: CURRENCIES[step.back.currency]!, amount: BigInt(step.back.amount) },
      freezeId: step.freeze === null ? null : this.freezeId(step.freeze),
      ...words,
    }
  }

  private freezeId = (index: number): string => this.freezes[index]?.id ?? NOBODY

  /** What must come of it, by the rules alone. */
  private verdictOn(step: Exclude<Step, { do: 'burst' }>): Verdict {
    if (step.do === 'release') return this.releaseVerdict(step)
    if (step.do === 'reverse') return this.reversalVerdict(step)
    const currency = CURRENCIES[step.currency]!
    if (step.do === 'change') {
      const sign = step.kind === 'credit' ? 1 : -1
      const frozen = step.kind === 'freeze' ? step.amount : 0
      return this.affordable([{ who: step.who, currency, available: sign * step.amount, frozen }])
    }
    const { from, to, amount, back } = step
    const released: Delta[] = []
    if (step.freeze !== null) {
      const freeze = this.freezes[step.freeze]
      if (!freeze || freeze.who !== from || freeze.currency !== currency) return { code: 'RESOURCE_NOT_FOUND' }
      if (freeze.open === 0) return { code: 'ALREADY_PROCESSED' }
      if (amount > freeze.open) return { code: 'EXCEEDS_FROZEN' }
      released.push({ who: from, currency, available: amount, frozen: -amount })
    }
    const backCurrency = back && CURRENCIES[back.currency]!
    if (from === to) {
      if (!back || backCurrency === currency) return { code: 'EXCHANGE_NEEDS_TWO_CURRENCIES' }
      const exchange = [gain(from, currency, -amount), gain(to, backCurrency!, back.amount)]
      return this.affordable([...released, ...exchange])
    }
    const there = [gain(from, currency, -amount), gain(to, currency, amount)]
    const returned = back ? [gain(to, backCurrency!, -back.amount), gain(from, backCurrency!, back.amount)] : []
    return this.affordable([...released, ...there, ...returned])
  }

  private releaseVerdict({ freeze: index, amount }: Extract<Step, { do: 'release' }>): Verdict {
    const freeze = this.freezes[index]
    if (!freeze) return { code: 'RESOURCE_NOT_FOUND' }
    if (freeze.open === 0) return { code: 'ALREADY_PROCESSED' }
    const wanted = amount ?? freeze.open
    if (wanted > freeze.open) return { code: 'EXCEEDS_FROZEN' }
    return { deltas: [{ who: freeze.who, currency: freeze.currency, available: wanted, frozen: -wanted }] }
  }

  private reversalVerdict({ operation }: Extract<Step, { do: 'reverse' }>): Verdict {
    const done = this.done[operation]
    if (!done) return { code: 'RESOURCE_NOT_FOUND' }
    if (done.reversed) return { code: 'ALREADY_PROCESSED' }
    return this.affordable(done.deltas.map(({ who, currency, available }) => gain(who, currency, -available)))
  }

  /** In the order of the rows, no purse may fall below zero. */
  private affordable(deltas: Delta[]): Verdict {
    const purses = structuredClone(this.purses)
    for (const { who, currency, available, frozen } of deltas) {
      const purse = purses[who]![currency]
      purse.available += available
      purse.frozen += frozen
      if (purse.available < 0) return { code: 'INSUFFICIENT_BALANCE' }
    }
    return { deltas }
  }

  private apply(step: Exclude<Step, { do: 'burst' }>, deltas: Delta[], answer: object): void {
    for (const { who, currency, available, frozen } of deltas) {
      this.purses[who]![currency].available += available
      this.purses[who]![currency].frozen += frozen
    }
    const id = rowIn(answer)
    const spent = deltas.find(({ frozen }) => frozen < 0)
    const freeze = 'freeze' in step && step.freeze !== null ? this.freezes[step.freeze] : undefined
    if (freeze && spent) freeze.open += spent.frozen
    if (step.do === 'change' && step.kind === 'freeze')
      this.freezes.push({ id, who: step.who, currency: CURRENCIES[step.currency]!, open: step.amount })
    else if (step.do === 'change' || step.do === 'transfer')
      this.done.push({ id, deltas: deltas.filter(({ frozen }) => frozen === 0), reversed: false })
    else if (step.do === 'reverse') this.done[step.operation]!.reversed = true
  }
}

const NOBODY = '00000000-0000-7000-8000-000000000000'

const gain = (who: number, currency: Currency, available: number): Delta => ({ who, currency, available, frozen: 0 })

/** The id of some row of an answer, whatever its form. */
function rowIn(answer: object): string {
  const [, id] = /"transactions?":\[?\{"id":"([0-9a-f-]{36})"/.exec(JSON.stringify(answer)) ?? []
  if (!id) throw new Error(`no row in ${JSON.stringify(answer)}`)
  return id
}
