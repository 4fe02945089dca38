import { useAddress } from '../components/address'
import { formatCount } from '../components/figures'
import { Badge } from '../components/status-badge'
import { useText } from '../page-context'

/** How well the game starts of some stretch were answered; null where there were none. */
export type LevelView = {
  accepted: number
  refused: number
  faults: number
  uncounted: number
  calls: number
  success: number | null
  p50: number | null
  p95: number | null
  p99: number | null
}
/** The share of decisions that we owe, and the milliseconds that nineteen of twenty take at most. */
export type Targets = { success: number; p95Ms: number }

export const SERVICE_LEVEL = '/admin/service-level'

/** Durations are counted in steps; the last one has no end. */
const LONGEST_MS = 5_000

/** A share of decisions: faults are rare, so two places more than elsewhere. Never rounded up to a hundred. */
export const formatSuccess = (share: number | null): string =>
  share === null ? '–' : `${(Math.floor(share * 100_000) / 1_000).toFixed(3)}%`

/** `4.2 ms`, `86 ms`, `> 5 s`. */
export function formatLatency(milliseconds: number | null): string {
  if (milliseconds === null) return '–'
  if (milliseconds >= LONGEST_MS) return '> 5 s'
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`
}

/** Counts and durations of one row, the same in every table. */
export function useLevelColumns<Row extends LevelView>(targets: Targets) {
  const t = useText()
  const isLow = ({ success }: Row) => success !== null && success < targets.success
  const isLate = ({ p95 }: Row) => p95 !== null && p95 > targets.p95Ms
  return [
    { head: t('service.calls'), cell: (row: Row) => formatCount(row.calls), number: true },
    { head: t('service.accepted'), cell: (row: Row) => formatCount(row.accepted), number: true },
    { head: t('service.refused'), cell: (row: Row) => formatCount(row.refused), number: true },
    { head: t('service.faults'), cell: (row: Row) => formatCount(row.faults), number: true },
    { head: t('service.success'), cell: (row: Row) => <Marked words={formatSuccess(row.success)} bad={isLow(row)} />, number: true },
    { head: 'p50', cell: (row: Row) => formatLatency(row.p50), number: true },
    { head: 'p95', cell: (row: Row) => <Marked words={formatLatency(row.p95)} bad={isLate(row)} />, number: true },
    { head: 'p99', cell: (row: Row) => formatLatency(row.p99), number: true },
    { head: t('service.uncounted'), cell: (row: Row) => formatCount(row.uncounted), number: true },
  ]
}

const Marked = ({ words, bad }: { words: string; bad: boolean }) =>
  bad ? (
    <Badge tone="bad" icon="circle-x">
      {words}
    </Badge>
  ) : (
    <span>{words}</span>
  )

/** The page at a day, an hour, or four weeks. */
export function useServiceAddress(): (asked: { day?: string; hour?: number; outcome?: string | null }) => string {
  const address = useAddress()
  return ({ day, hour, outcome = null }) =>
    address({ ...(day === undefined ? {} : { day }), ...(hour === undefined ? {} : { hour: String(hour) }), outcome })
}
