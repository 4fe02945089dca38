import { formatDateTime, formatMinute, type Instant, iso } from '#src/core/time'

/** A point in time in Asia/Shanghai; UTC in the title. */
export const Moment = ({ at, seconds = false }: { at: Instant; seconds?: boolean }) => (
  <time dateTime={iso(at)} title={`${iso(at).slice(0, 19).replace('T', ' ')} UTC`}>
    {seconds ? formatDateTime(at) : formatMinute(at)}
  </time>
)
