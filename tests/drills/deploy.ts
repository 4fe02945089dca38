import { stopwatch } from '#src/core/time'
import { findMachine } from '#src/releases/control'
import { SCENARIOS, type Scenario } from './deploy/scenarios'
import { openWorld, type World } from './deploy/world'
import { type Outcome, report } from './outcomes'

/** From the command to the moment when all is as it should be again, and the longest time without an answer to anybody. */
const MOST_SECONDS = 60
/** A killed machine has to be started again by whoever watches over it. */
const QUICK_WATCH_SECONDS = 3

/**
 * Bad releases on one machine under constant signed load: whatever is released, somebody serves, and no acknowledged charge is lost or
 * doubled. `quick` leaves out what takes long; other words choose the faults that contain them.
 */
export async function drill(words: string[]): Promise<number> {
  const isQuick = words.includes('quick')
  const wanted = words.filter((word) => word !== 'quick')
  const chosen = SCENARIOS.filter(
    ({ fault, quick }) => (!isQuick || quick) && (wanted.length === 0 || wanted.some((word) => fault.includes(word))),
  )
  return report('deploy', await rehearse(chosen, { watchSeconds: isQuick ? QUICK_WATCH_SECONDS : undefined, tell: console.log }))
}

type Rehearsal = { watchSeconds?: number | undefined; tell: (line: string) => void }

export async function rehearse(scenarios: readonly Scenario[], { watchSeconds, tell }: Rehearsal): Promise<Outcome[]> {
  const world = await openWorld(watchSeconds)
  const outcomes: Outcome[] = []
  try {
    for (const scenario of scenarios) {
      const outcome = await outcomeOf(world, scenario)
      outcomes.push(outcome)
      tell(`${outcome.passed ? '✓' : '✗'} ${outcome.fault}: ${outcome.found} (${outcome.seconds.toFixed(1)} s)`)
    }
  } finally {
    await world.close()
  }
  return outcomes
}

async function outcomeOf(world: World, scenario: Scenario): Promise<Outcome> {
  const before = (await findMachine(world.home))?.version
  world.load.longestGap()
  const served = world.load.journal.length
  const elapsed = stopwatch()
  const said = await scenario.run(world).catch((error: Error) => `the rehearsal failed: ${error.message}`)
  const seconds = elapsed() / 1000
  const after = (await findMachine(world.home))?.version
  const gap = world.load.longestGap()
  const faults = [
    ...(scenario.expected.test(said) ? [] : ['another end than expected']),
    ...((after !== before) === (scenario.changesVersion ?? false) ? [] : [`${after} runs, before it was ${before}`]),
    ...(world.load.journal.length > served ? [] : ['nobody was served meanwhile']),
    ...(gap <= MOST_SECONDS ? [] : [`nobody was served for ${gap.toFixed(1)} s`]),
    ...(await world.faults()),
  ]
  const figures = `${world.load.journal.length - served} charges, none lost or doubled, longest gap ${gap.toFixed(1)} s`
  return {
    fault: scenario.fault,
    expected: String(scenario.expected),
    found: faults.length === 0 ? figures : `${faults.join('; ')} — ${said.slice(0, 1_500)}`,
    passed: faults.length === 0,
    seconds,
  }
}
