import type { Usage } from '#src/authorize/decide'
import { requestHash } from '#src/authorize/input'
import type { Uuid } from '#src/core/ids'
import { type Money, minus, money, plus, smaller, times, ZERO } from '#src/core/money'
import { addDays, addMs, addSeconds, type BusinessDay, businessDay, type Instant, startOfDay } from '#src/core/time'
import { GENESIS_HASH, type JournalRow } from '#src/ledger/chain'
import { headAfter, journalRow, type LedgerHead, type Transfer } from '#src/ledger/transfer'
import { demandOf, openingTime } from './calendar'
import { PARTY_SIZES } from './games'
import { type Random, randomFrom } from './random'
import { priceAt, type World, type WorldGame, type WorldOperator, type WorldSite } from './world'

export type PlayedGame = Usage & { endedAt: Instant | null; durationSeconds: number | null; estimated: boolean | null }
export type DemoOrder = {
  id: Uuid
  operatorId: Uuid
  amount: Money
  method: 'wechat' | 'alipay'
  status: 'success' | 'failed' | 'expired'
  providerTxnId: string | null
  paidAt: Instant | null
  createdAt: Instant
}
/** What one operator did in 90 days, in the order of time. */
export type History = { games: PlayedGame[]; orders: DemoOrder[]; journal: JournalRow[] }

/** A party at the counter: everything about a game but its price and place in the ledger. */
type Visit = { at: Instant; site: WorldSite; game: WorldGame; players: number; total: Money }
/** Money that moves besides games and top-ups. */
export type Extra = { at: Instant; transfer: Transfer }

/** Business grows a little: the first day of the history has this share of the last one's guests. */
const GROWTH_FROM = 0.85
const [TEN_YUAN, LARGEST_ORDER] = [money(1_000), money(1_000_000)]

/** Plays the history of an operator. Pure: the same world gives the same games, orders and hashes. */
export function playHistory(world: World, operator: WorldOperator, extras: Extra[] = []): History {
  const random = randomFrom(`history/${operator.username}`)
  const visits = visitsOf(world, operator, random)
  const till: Till = {
    operator,
    random,
    head: { id: operator.id, balance: ZERO, ledgerSeq: 0n, ledgerHash: GENESIS_HASH },
    lastAt: addMs(operator.createdAt, 7_200_000),
    left: visits.reduce((sum, visit) => plus(sum, visit.total), ZERO),
    history: { games: [], orders: [], journal: [] },
  }
  const due = [...extras].sort((a, b) => a.at.getTime() - b.at.getTime())
  for (const visit of visits) {
    while (due[0] && due[0].at < visit.at) book(till, due[0].transfer, due.shift()!.at)
    topUp(till, visit)
    play(till, visit, world.now)
  }
  for (const { transfer, at } of due) book(till, transfer, at)
  return till.history
}

function visitsOf(world: World, operator: WorldOperator, random: Random): Visit[] {
  const opened = operator.createdAt > world.from ? addDays(operator.createdAt, 1) : world.from
  const visits: Visit[] = []
  for (let day = startOfDay(businessDay(opened)); day < world.now; day = addDays(day, 1)) {
    const age = (day.getTime() - world.from.getTime()) / (world.now.getTime() - world.from.getTime())
    const mean = operator.gamesPerDay * demandOf(businessDay(day)) * (GROWTH_FROM + (1 - GROWTH_FROM) * age)
    for (let party = random.poisson(mean); party > 0; party--) {
      const visit = visitOn(world, operator, businessDay(day), random)
      if (visit && visit.at < addMs(world.now, -60_000)) visits.push(visit)
    }
  }
  return visits.sort((a, b) => a.at.getTime() - b.at.getTime())
}

function visitOn(world: World, operator: WorldOperator, day: BusinessDay, random: Random): Visit | undefined {
  const at = addMs(startOfDay(day), openingTime(demandOf(day), random))
  const granted = operator.grants.filter((grant) => grant.authorizedAt < at && (!grant.expiresAt || at < grant.expiresAt))
  if (granted.length === 0) return undefined
  const applicationId = random.weighted(granted.map((grant) => ({ value: grant.applicationId, weight: grant.weight })))
  const game = world.games.find((one) => one.id === applicationId)!
  const site = random.weighted(operator.sites.map((value) => ({ value, weight: value.weight })))
  const sizes = PARTY_SIZES.map((weight, index) => ({ value: index + 1, weight }))
  const players = random.weighted(sizes.filter(({ value }) => value >= game.minPlayers && value <= game.maxPlayers))
  return { at, site, game, players, total: times(priceAt(world, game, at), players) }
}

/** One operator's till while its history is played. */
type Till = {
  operator: WorldOperator
  random: Random
  head: LedgerHead
  lastAt: Instant
  /** What the games still to come cost. */
  left: Money
  history: History
}

/** Appends a journal row with an id of this history instead of a random one. */
function book(till: Till, transfer: Transfer, at: Instant): JournalRow {
  const row = journalRow(till.head, { ...transfer, id: till.random.id(at) }, at)
  till.head = headAfter(row)
  till.lastAt = at
  till.history.journal.push(row)
  return row
}

/** Recharges before a visit that would leave too little; the last recharge is sized so that the balance ends where it should. */
function topUp(till: Till, visit: Visit): void {
  const { operator, random, history } = till
  const reserve = money(operator.reserve * 100)
  for (let round = 0; round < 5 && till.head.balance < plus(visit.total, reserve); round++) {
    const missing = minus(plus(till.left, money(operator.endsAt * 100)), till.head.balance)
    if (missing <= 0n) return
    const usual = money(random.pick(operator.topUps) * 100)
    const amount = smaller(missing < (usual * 3n) / 2n ? roundedUp(missing) : usual, LARGEST_ORDER)
    const paidAt = momentBefore(visit.at, till.lastAt, random)
    if (random.chance(0.06)) history.orders.push(unpaidOrder(operator, amount, paidAt, random))
    const order = paidOrder(operator, amount, paidAt, random)
    history.orders.push(order)
    const words = order.method === 'wechat' ? '微信支付充值' : '支付宝充值'
    book(till, { kind: 'recharge', channel: order.method, amount, orderId: order.id, description: words }, paidAt)
  }
}

const roundedUp = (amount: Money): Money => money(((amount + TEN_YUAN - 1n) / TEN_YUAN) * TEN_YUAN)

/** Some minutes before a visit, yet after what happened last. */
function momentBefore(visit: Instant, last: Instant, random: Random): Instant {
  const gap = visit.getTime() - last.getTime()
  return addMs(visit, -Math.min(Math.ceil(gap / 2), random.whole(4, 45) * 60_000 + random.whole(0, 59_999)))
}

function paidOrder(operator: WorldOperator, amount: Money, paidAt: Instant, random: Random): DemoOrder {
  const createdAt = addMs(paidAt, -random.whole(15_000, 90_000))
  const method = random.chance(0.62) ? 'wechat' : 'alipay'
  const day = businessDay(paidAt).replaceAll('-', '')
  const providerTxnId = method === 'wechat' ? `4200${day}${random.digits(16)}` : `${day}22001${random.digits(15)}`
  return { id: random.id(createdAt), operatorId: operator.id, amount, method, status: 'success', providerTxnId, paidAt, createdAt }
}

/** An order that was never paid, shortly before the one that was. */
function unpaidOrder(operator: WorldOperator, amount: Money, before: Instant, random: Random): DemoOrder {
  const createdAt = addMs(before, -random.whole(20, 60) * 60_000)
  const [method, status] = [random.chance(0.5) ? 'wechat' : 'alipay', random.chance(0.6) ? 'expired' : 'failed'] as const
  return { id: random.id(createdAt), operatorId: operator.id, amount, method, status, providerTxnId: null, paidAt: null, createdAt }
}

/** Charges a visit exactly as the authorize path does: usage row and journal row of one amount. */
function play(till: Till, { at, site, game, players, total }: Visit, now: Instant): void {
  const { operator, random, history } = till
  const usageId = random.id(at)
  const journal = book(till, { kind: 'consumption', amount: total, usageId, description: `${game.name} ${players}人` }, at)
  till.left = minus(till.left, total)
  const start = { applicationId: game.id, siteId: site.id, playerCount: players }
  history.games.push({
    id: usageId,
    operatorId: operator.id,
    siteId: site.id,
    applicationId: game.id,
    sessionId: `op_${operator.id}_${at.getTime() - random.whole(20, 400)}_${random.alphanumeric(16)}`,
    requestHash: requestHash(start),
    appName: game.name,
    playerCount: players,
    unitPrice: money(total / BigInt(players)),
    total,
    authorizationToken: random.token(),
    ledgerSeq: journal.seq,
    balanceAfter: journal.balanceAfter,
    clientIp: site.headsetIp,
    startedAt: at,
    ...endOf(game, at, now, random),
  })
}

/** How a game ended: most report it, some crash early, a few never report at all. */
function endOf(game: WorldGame, at: Instant, now: Instant, random: Random): Pick<PlayedGame, 'endedAt' | 'durationSeconds' | 'estimated'> {
  const full = game.minutes * 60
  const durationSeconds = random.chance(0.03) ? random.whole(40, 400) : random.whole(Math.round(full * 0.85), Math.round(full * 1.15))
  const endedAt = addSeconds(at, durationSeconds)
  if (endedAt > now || random.chance(0.008)) return { endedAt: null, durationSeconds: null, estimated: null }
  return { endedAt, durationSeconds, estimated: random.chance(0.02) }
}
