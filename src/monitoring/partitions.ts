import { addDays, businessDay, type Instant, startOfMonth } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import { setting } from '#src/settings/settings'

/** Months made ahead: a job that fails for a while costs nothing, and DEFAULT catches the rest. */
const MONTHS_AHEAD = 3
const LONGEST_MONTH_DAYS = 31

/** Makes the request log's partitions for this month and the next three; drops those older than the setting keeps. */
export async function tendPartitions({ now }: { now: Instant }): Promise<{ made: number; dropped: number }> {
  let made = 0
  let month = startOfMonth(now)
  for (let ahead = 0; ahead <= MONTHS_AHEAD; ahead++) {
    const [row] = await rawSql()<{ made: boolean }[]>`SELECT make_request_log_partition(${businessDay(month)}::date) AS made`
    if (row!.made) made++
    month = startOfMonth(addDays(month, LONGEST_MONTH_DAYS + 1))
  }
  const [row] = await rawSql()<{ dropped: number }[]>`
    SELECT drop_request_log_partitions((${businessDay(now)}::date - make_interval(months => ${setting('api_log_keep_months')}))::date) AS dropped`
  return { made, dropped: row!.dropped }
}
