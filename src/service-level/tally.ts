import { newId, type Uuid } from '#src/core/ids'
import { type Instant, instant, iso, now } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import { log } from '#src/platform/log'
import { noLatency, stepOf } from './latency'

/** What a process that is killed can lose of its counts. */
const WRITE_MS = 1_000
/** A database that is away is not asked more often. */
const TROUBLE_MS = 5_000
/** While the database is away the sheets are kept: a day of them is a few megabytes, and what is older is given up with a word in the log. */
const MOST_SHEETS = 1_440
const MINUTE_MS = 60_000

type Count = { calls: number; latency: number[] }
/** The calls of this process in one minute. A minute that comes again, because the clock went back, gets a new sheet. */
type Sheet = { id: Uuid; minute: number; counts: Map<string, Count>; isWritten: boolean }

let sheets = new Map<number, Sheet>()
let timer: ReturnType<typeof setTimeout> | undefined
let writing: Promise<void> = Promise.resolve()

/** Counts a game start that was answered: when it came, how it ended, how long it took. Costs no more than an addition. */
export function countStart(at: Instant, outcome: string, milliseconds: number): void {
  const minute = Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS
  const sheet = sheets.get(minute) ?? newSheet(minute)
  const count = sheet.counts.get(outcome) ?? { calls: 0, latency: noLatency() }
  const step = stepOf(milliseconds)
  count.calls++
  count.latency[step] = (count.latency[step] ?? 0) + 1
  sheet.counts.set(outcome, count)
  sheet.isWritten = false
  timer ??= writeIn(WRITE_MS)
}

/** The process does not stay for it: whoever ends in order writes before. */
const writeIn = (milliseconds: number) => setTimeout(() => void writeTally(), milliseconds).unref()

function newSheet(minute: number): Sheet {
  const sheet = { id: newId(), minute, counts: new Map<string, Count>(), isWritten: false }
  sheets.set(minute, sheet)
  if (sheets.size > MOST_SHEETS) {
    const [oldest] = sheets.keys()
    sheets.delete(oldest!)
    log('error', 'counts of a minute given up', { operation: 'service_level', minute: iso(instant(oldest!)) })
  }
  return sheet
}

/** Writes what has grown and waits for it; call before the process ends. What cannot be written is kept for the next time. */
export function writeTally(): Promise<void> {
  clearTimeout(timer)
  timer = undefined
  writing = writing.then(write)
  return writing
}

async function write(): Promise<void> {
  const grown = [...sheets.values()].filter(({ isWritten }) => !isWritten)
  if (grown.length === 0) return
  for (const sheet of grown) sheet.isWritten = true
  try {
    await save(grown)
  } catch (error) {
    for (const sheet of grown) sheet.isWritten = false
    timer ??= writeIn(TROUBLE_MS)
    log('warn', 'counts not written', { operation: 'service_level', minutes: grown.length, error })
  }
  forgetOld()
}

/** A whole sheet each time: a statement whose COMMIT nobody heard of is repeated without counting twice. */
async function save(grown: Sheet[]): Promise<void> {
  const rows = grown.flatMap(({ id, minute, counts }) => [...counts].map(([outcome, count]) => ({ id, minute, outcome, ...count })))
  const column = <T>(pick: (row: (typeof rows)[number]) => T): T[] => rows.map(pick)
  await rawSql()`
    INSERT INTO authorize_minutes (minute, sheet, outcome, calls, latency, written_at)
    SELECT minute, sheet, outcome, calls, latency::int[], ${iso(now())}::timestamptz
    FROM unnest(${column(({ minute }) => iso(instant(minute)))}::timestamptz[], ${column(({ id }) => id)}::uuid[],
      ${column(({ outcome }) => outcome)}::text[], ${column(({ calls }) => calls)}::int[],
      ${column(({ latency }) => `{${latency.join(',')}}`)}::text[]) AS t (minute, sheet, outcome, calls, latency)
    ON CONFLICT (minute, sheet, outcome)
    DO UPDATE SET calls = excluded.calls, latency = excluded.latency, written_at = excluded.written_at`
}

/** Written sheets of minutes that are over; the minute before stays, for calls that take long. */
function forgetOld(): void {
  const recent = now().getTime() - 2 * MINUTE_MS
  sheets = new Map([...sheets].filter(([minute, { isWritten }]) => !isWritten || minute >= recent))
}
