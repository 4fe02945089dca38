import { deepEqual } from 'node:assert'
import type { Sql } from 'postgres'
import { showId } from '#src/core/ids'
import { money, yuan } from '#src/core/money'
import { nowMs } from '#src/core/time'
import { bookFaults } from '#tests/ledger/books'
import { type Answer, authorize, newSessionId } from '#tests/support/client'
import { aGrant, anApplication, anOperator, aSite, balanceOf, credit } from '#tests/support/factory'

export type Game = { session: number; players: number; site: number; game: number }
export type Step =
  | ({ do: 'start'; who: number; copies: number } & Game)
  | { do: 'burst'; who: number; games: number; players: number; game: number }
  | { do: 'rivals'; who: number; session: number; game: number }
  | { do: 'stale'; who: number; session: number; seconds: number }
  | { do: 'steal'; who: number; session: number }
  | { do: 'credit'; who: number; fen: number }
  | { do: 'price'; game: number; fen: number }
  | { do: 'lock'; who: number; locked: boolean }
  | { do: 'grant'; who: number; game: number; state: 'open' | 'revoked' | 'expired' }

/** The whole of what we believe of an operator. */
type Account = {
  id: string
  apiKey: string
  sites: string[]
  sessions: string[]
  balance: number
  locked: boolean
  grants: ('open' | 'revoked' | 'expired')[]
  charged: Map<string, { request: string; data: unknown }>
}
export const MAX_PLAYERS = 3
const SESSIONS = 3

/** Two operators and two games: the real ones behind a server, and beside them what the model says they must be. */
export class World {
  private constructor(
    private readonly url: string,
    private readonly owner: Sql<{ bigint: bigint }>,
    private readonly accounts: Account[],
    private readonly games: { id: string; price: number }[],
  ) {}

  static async open(url: string, owner: Sql<{ bigint: bigint }>): Promise<World> {
    const games = await Promise.all(
      [300, 700].map(async (price) => ({ id: await anApplication({ price: yuan(money(price)), max: MAX_PLAYERS }), price })),
    )
    const accounts = await Promise.all(
      [2_000, 1_000].map(async (balance): Promise<Account> => {
        const { id, apiKey } = await anOperator({ balance: yuan(money(balance)) })
        const sites = [await aSite(id), await aSite(id)]
        for (const { id: game } of games) await aGrant(id, game)
        const sessions = Array.from({ length: SESSIONS }, () => newSessionId(id))
        return { id, apiKey, sites, sessions, balance, locked: false, grants: ['open', 'open'], charged: new Map() }
      }),
    )
    accounts[0]!.sites.push(accounts[1]!.sites[0]!)
    accounts[1]!.sites.push(accounts[0]!.sites[0]!)
    return new World(url, owner, accounts, games)
  }

  /** Does one step in the real world and in the model, and compares; throws on the first difference. */
  async take(step: Step): Promise<void> {
    await this[step.do](step as never)
    for (const account of this.accounts) deepEqual(await balanceOf(account.id), BigInt(account.balance), 'balance')
    deepEqual(
      await bookFaults(
        this.owner,
        this.accounts.map(({ id }) => id),
      ),
      [],
    )
  }

  private async start({ who, copies, ...game }: Extract<Step, { do: 'start' }>): Promise<void> {
    const account = this.accounts[who]!
    const sessionId = account.sessions[game.session]!
    const answers = await Promise.all(Array.from({ length: copies }, () => this.send(account, sessionId, game)))
    this.judge(account, sessionId, game, answers)
  }

  /** What all of these copies must have been answered; charges the model when they must have been charged. */
  private judge(account: Account, sessionId: string, game: Game, answers: Answer[]): void {
    const known = account.charged.get(sessionId)
    const refusal = this.refusal(account, sessionId, game)
    if (refusal) {
      deepEqual(answers.map(codeOf), Array(answers.length).fill(refusal))
      return
    }
    deepEqual(
      answers.map(codeOf).toSorted(),
      known ? answers.map(() => 'replayed') : ['charged', ...answers.slice(1).map(() => 'replayed')],
    )
    if (!known) this.charge(account, sessionId, game, answers[0]!)
    for (const answer of answers) deepEqual(answer.body.data, account.charged.get(sessionId)!.data)
  }

  private refusal(account: Account, sessionId: string, { players, site, game }: Game): string | undefined {
    if (account.locked) return 'ACCOUNT_LOCKED'
    const known = account.charged.get(sessionId)
    if (known) return known.request === request({ players, site, game }) ? undefined : 'SESSION_ID_CONFLICT'
    if (site > 1) return 'SITE_NOT_FOUND'
    if (account.grants[game] === 'revoked') return 'APP_NOT_AUTHORIZED'
    if (account.grants[game] === 'expired') return 'AUTHORIZATION_EXPIRED'
    if (players > MAX_PLAYERS) return 'PLAYER_COUNT_OUT_OF_RANGE'
    return players * this.games[game]!.price > account.balance ? 'INSUFFICIENT_BALANCE' : undefined
  }

  private charge(account: Account, sessionId: string, { players, site, game }: Game, { body: { data } }: Answer): void {
    const total = players * this.games[game]!.price
    account.balance -= total
    const told = [data?.session_id, data?.player_count, data?.unit_price, data?.total_cost, data?.balance_after]
    deepEqual(told, [sessionId, players, ...[this.games[game]!.price, total, account.balance].map((fen) => yuan(money(fen)))])
    account.charged.set(sessionId, { request: request({ players, site, game }), data })
  }

  /** Different games at once: as many start as the balance allows, each receipt once. */
  private async burst({ who, games, players, game }: Extract<Step, { do: 'burst' }>): Promise<void> {
    const account = this.accounts[who]!
    const start = { session: -1, players, site: 0, game }
    const sessions = Array.from({ length: games }, () => newSessionId(account.id))
    const answers = await Promise.all(sessions.map((sessionId) => this.send(account, sessionId, start)))
    const inOrder = answers
      .map((answer, index) => ({ answer, sessionId: sessions[index]! }))
      .toSorted((a, b) => left(b.answer) - left(a.answer))
    for (const { answer, sessionId } of inOrder) this.judge(account, sessionId, start, [answer])
  }

  /** Two different games under one session id at once: never both. */
  private async rivals({ who, session, game }: Extract<Step, { do: 'rivals' }>): Promise<void> {
    const account = this.accounts[who]!
    const sessionId = account.sessions[session]!
    const rivals = [1, 2].map((players) => ({ session, players, site: 0, game }))
    const answers = await Promise.all(rivals.map((rival) => this.send(account, sessionId, rival)))
    const winner = answers.findIndex((answer) => codeOf(answer) === 'charged')
    if (winner >= 0) this.judge(account, sessionId, rivals[winner]!, [answers[winner]!])
    for (const [index, answer] of answers.entries()) {
      if (index === winner) continue
      const code = codeOf(answer)
      // Whoever was decided before the winner was refused for its own reason.
      if (winner >= 0 && code === 'INSUFFICIENT_BALANCE' && index > winner) continue
      this.judge(account, sessionId, rivals[index]!, [answer])
    }
  }

  private async stale({ who, session, seconds }: Extract<Step, { do: 'stale' }>): Promise<void> {
    const account = this.accounts[who]!
    const timestamp = String(Math.floor(nowMs() / 1000) + seconds)
    const answer = await this.send(account, account.sessions[session]!, { session, players: 1, site: 0, game: 0 }, { timestamp })
    deepEqual(codeOf(answer), 'TIMESTAMP_EXPIRED')
  }

  /** A session id of the other operator. */
  private async steal({ who, session }: Extract<Step, { do: 'steal' }>): Promise<void> {
    const account = this.accounts[who]!
    const answer = await this.send(account, this.accounts[1 - who]!.sessions[session]!, { session, players: 1, site: 0, game: 0 })
    deepEqual(codeOf(answer), account.locked ? 'ACCOUNT_LOCKED' : 'SESSION_ID_OPERATOR_MISMATCH')
  }

  private async credit({ who, fen }: Extract<Step, { do: 'credit' }>): Promise<void> {
    await credit(this.accounts[who]!.id, yuan(money(fen)))
    this.accounts[who]!.balance += fen
  }

  private async price({ game, fen }: Extract<Step, { do: 'price' }>): Promise<void> {
    await this.owner`UPDATE applications SET unit_price_fen = ${fen} WHERE id = ${this.games[game]!.id}`
    this.games[game]!.price = fen
  }

  private async lock({ who, locked }: Extract<Step, { do: 'lock' }>): Promise<void> {
    const [at, reason] = locked ? ['now', '测试'] : [null, null]
    await this
      .owner`UPDATE operator_accounts SET is_locked = ${locked}, locked_at = ${at}::text::timestamptz, locked_reason = ${reason} WHERE id = ${this.accounts[who]!.id}`
    this.accounts[who]!.locked = locked
  }

  private async grant({ who, game, state }: Extract<Step, { do: 'grant' }>): Promise<void> {
    await this.owner`
      UPDATE operator_app_authorizations
      SET expires_at = CASE WHEN ${state} = 'expired' THEN now() END, revoked_at = CASE WHEN ${state} = 'revoked' THEN now() END,
          revoked_by = CASE WHEN ${state} = 'revoked' THEN authorized_by END
      WHERE operator_id = ${this.accounts[who]!.id} AND application_id = ${this.games[game]!.id}`
    this.accounts[who]!.grants[game] = state
  }

  private send(account: Account, sessionId: string, { players, site, game }: Game, more: { timestamp?: string } = {}): Promise<Answer> {
    const body = {
      app_id: showId('application', this.games[game]!.id),
      site_id: showId('site', account.sites[site]!),
      player_count: players,
    }
    const store = {
      operator: { id: account.id, apiKey: account.apiKey, username: '' },
      siteId: account.sites[site]!,
      applicationId: this.games[game]!.id,
    }
    return authorize(this.url, store, { sessionId, body: JSON.stringify(body), ...more })
  }
}

const request = ({ players, site, game }: Omit<Game, 'session'>): string => `${players}/${site}/${game}`
const codeOf = ({ status, body }: Answer): string => (status === 200 ? (body.replayed ? 'replayed' : 'charged') : String(body.error_code))
/** Receipts in the order of their charges; refusals last. */
const left = ({ body }: Answer): number => (body.data ? Number(body.data.balance_after) : -1)
