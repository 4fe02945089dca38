import { PARTY_SIZES } from '#drizzle/seed/games'
import type { Random } from '#drizzle/seed/random'
import { nowMs, stopwatch } from '#src/core/time'
import { type Game, type Headset, nextHeadset, type Store } from './fleet'
import { endGame, type StartCall, startGame } from './headset'
import type { Tally } from './tally'

export type Traffic = {
  url: string
  stores: Store[]
  rate: number
  seconds: number
  /** Decides when what is sent; the same seed sends the same. */
  random: Random
  /** Draws that come with answers, whose order nobody knows. */
  answerRandom: Random
  tally: Tally
  isStopped: () => boolean
}

/** A run under way; `isClosing` once no new games start: those under way then end at once. */
type Run = Traffic & { isClosing: boolean }

/** What a headset does next. A few repeat themselves or err, as real ones do: about 3 % wrong, 2 % repeats. */
const MOODS = [
  { value: 'game', weight: 95 },
  { value: 'repeat', weight: 2 },
  { value: 'other content', weight: 1 },
  { value: 'wrong signature', weight: 1 },
  { value: 'too many players', weight: 1 },
] as const

/** Accepted games remembered for repeats. */
const MEMORY = 500
/** Games under way are shortened to seconds, else no run would see an end. */
const [SHORTEST_GAME_MS, LONGEST_GAME_MS] = [1_500, 6_000]
/** How soon a game notices that the run closes. */
const CLOSING_MS = 250
const ATTEMPTS = 3
const RETRY_MS = 250
/** Beyond this many unanswered calls the server is gone; the rest is counted, not sent. */
const MAX_UNDER_WAY = 5_000
/** Late calls sent at once before answers are looked at again. */
const BURST = 32

/** Sends game starts at random moments (Poisson), `rate` a second on average, whether answers come or not; ends when all are answered. */
export async function drive(traffic: Traffic): Promise<void> {
  const { rate, seconds, random, tally } = traffic
  const run: Run = { ...traffic, isClosing: false }
  const elapsed = stopwatch()
  const underWay = new Set<Promise<void>>()
  const memory: StartCall[] = []
  let due = 0
  for (let sent = 0; !traffic.isStopped(); sent++) {
    due += (-Math.log(1 - random.next()) / rate) * 1_000
    if (due >= seconds * 1_000) break
    const early = due - elapsed()
    if (early > 1 || sent % BURST === 0) await Bun.sleep(Math.max(0, early))
    if (underWay.size >= MAX_UNDER_WAY) tally.counts.givenUp++
    else {
      const visit = play(run, nextCall(traffic, memory), memory, due, elapsed)
      underWay.add(visit)
      void visit.finally(() => underWay.delete(visit))
    }
  }
  run.isClosing = true
  while (underWay.size > 0) await Promise.all(underWay)
}

/** One game from start to end. Whoever gets no answer asks again with the same session id. */
async function play(run: Run, call: StartCall, memory: StartCall[], due: number, elapsed: () => number): Promise<void> {
  const { url, tally } = run
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    tally.counts.sent++
    const since = attempt === 1 ? due : elapsed()
    const reply = await startGame(url, call)
    const verdict = tally.note(call.headset.player.id, call.sessionId, reply, elapsed() - since)
    if (verdict === 'accepted') {
      remember(memory, call, run.answerRandom)
      return end(run, call)
    }
    if (reply && reply.status < 500) return
    await Bun.sleep(RETRY_MS * attempt)
  }
  tally.counts.givenUp++
}

function remember(memory: StartCall[], call: StartCall, random: Random): void {
  if (memory.length < MEMORY) memory.push(call)
  else memory[random.whole(0, MEMORY - 1)] = call
}

async function end(run: Run, { headset, sessionId }: StartCall): Promise<void> {
  const { url, tally, answerRandom } = run
  const elapsed = stopwatch()
  const gameMs = answerRandom.whole(SHORTEST_GAME_MS, LONGEST_GAME_MS)
  while (elapsed() < gameMs && !run.isClosing) await Bun.sleep(Math.min(CLOSING_MS, gameMs - elapsed()))
  const reply = await endGame(url, headset, sessionId, Math.round(elapsed() / 1_000))
  if (reply?.status === 200) tally.counts.ended++
  else tally.counts.endsFailed++
  if (reply && reply.status >= 500) tally.counts.serverErrors++
}

function nextCall({ stores, random }: Traffic, memory: StartCall[]): StartCall {
  const mood = random.weighted(MOODS)
  if (mood === 'repeat' && memory.length > 0) return random.pick(memory)
  if (mood === 'other content' && memory.length > 0) return otherContent(random.pick(memory))
  const headset = nextHeadset(random.pick(stores))
  const game = random.pick(headset.player.games)
  const call = { headset, sessionId: sessionId(headset, random), applicationId: game.id, players: partySize(game, random) }
  if (mood === 'wrong signature') return { ...call, isForged: true }
  return mood === 'too many players' ? { ...call, players: Math.min(100, game.maxPlayers + 1) } : call
}

/** The same session with another number of players, as a headset does that forgot to make a new id. */
function otherContent(call: StartCall): StartCall {
  return { ...call, players: call.players === 1 ? 2 : call.players - 1 }
}

const sessionId = ({ player }: Headset, random: Random): string => `op_${player.id}_${nowMs()}_${random.alphanumeric(16)}`

function sizesOf(game: Game) {
  const usual = PARTY_SIZES.map((weight, index) => ({ value: index + 1, weight })).filter(
    ({ value }) => value >= game.minPlayers && value <= game.maxPlayers,
  )
  return usual.length > 0 ? usual : [{ value: game.minPlayers, weight: 1 }]
}

const partySize = (game: Game, random: Random): number => random.weighted(sizesOf(game))

/** What a start costs on average at an operator, in fen; a fraction, for planning only. */
export function averageCostFen(games: Game[]): number {
  const costs = games.map((game) => {
    const sizes = sizesOf(game)
    const weight = sizes.reduce((sum, size) => sum + size.weight, 0)
    return (Number(game.unitPrice) * sizes.reduce((sum, size) => sum + size.value * size.weight, 0)) / weight
  })
  return costs.reduce((sum, cost) => sum + cost, 0) / costs.length
}
