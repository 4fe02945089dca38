import { stopwatch } from '#src/core/time'
import { stopCluster } from '#tests/support/database'
import { type Outcome, playRun } from './run'
import { openWorld } from './world'

/** `bun run chaos payments`: the payment path under everything that a provider and a machine can do to it, run after run. */

const USAGE = 'usage: bun run chaos payments [--runs N] [--seed S] [--json]'

if (import.meta.main) {
  const code = await main(Bun.argv.slice(2))
  await stopCluster()
  process.exit(code)
}

/** Exit code 0: every book was right after every run; 1: one was not, its seed is told; 2: wrong call. */
async function main(args: string[]): Promise<number> {
  const [what, ...rest] = args
  const optionOf = (flag: string) => (rest.includes(flag) ? rest[rest.indexOf(flag) + 1] : undefined)
  const [runs, seed] = [Number(optionOf('--runs') ?? 200), optionOf('--seed') ?? String(Math.floor(Math.random() * 1_000_000_000))]
  const flags = rest.filter((word, at) => !['--runs', '--seed'].includes(word) && !['--runs', '--seed'].includes(rest[at - 1] ?? ''))
  if (what !== 'payments' || !Number.isInteger(runs) || runs < 1 || !/^\w{1,40}$/.test(seed) || flags.some((flag) => flag !== '--json')) {
    console.error(USAGE)
    return 2
  }
  return play(runs, seed, flags.includes('--json'))
}

async function play(runs: number, seed: string, asJson: boolean): Promise<number> {
  const elapsed = stopwatch()
  const totals = { runs: 0, orders: 0, paid: 0, refunds: 0, kills: 0, faults: 0 }
  const world = await openWorld()
  try {
    for (let run = 0; run < runs; run++) {
      const outcome = await playRun(world, `${seed}/${run}`)
      addUp(totals, outcome)
      for (const fault of outcome.faults) console.error(`seed ${seed}, run ${run}: ${fault}`)
      if (outcome.faults.length > 0) console.error(outcome.story.map((line) => `  ${line}`).join('\n'))
      if (!asJson && (run + 1) % 50 === 0) console.error(`${run + 1} runs, ${Math.round(elapsed() / 1000)} s`)
    }
    const bill = await world.billFaults()
    for (const fault of bill) console.error(`seed ${seed}, bill: ${fault}`)
    totals.faults += bill.length
  } finally {
    await world.close()
  }
  const seconds = Math.round(elapsed() / 1000)
  const { orders, paid, refunds, kills, faults } = totals
  const words = `${totals.runs} runs, seed ${seed}: ${orders} orders, ${paid} paid, ${refunds} refunds sent, ${kills} processes killed, ${faults} wrong books, ${seconds} s`
  console.log(asJson ? JSON.stringify({ seed, ...totals, seconds }) : words)
  return faults === 0 ? 0 : 1
}

function addUp(totals: Record<'runs' | 'orders' | 'paid' | 'refunds' | 'kills' | 'faults', number>, outcome: Outcome): void {
  totals.runs++
  totals.orders += outcome.orders
  totals.paid += outcome.paid
  totals.refunds += outcome.refunds
  totals.kills += outcome.kills
  totals.faults += outcome.faults.length
}
