import type { Uuid } from '#src/core/ids'
import { type Querying, rawSql, transaction } from '#src/platform/database'

/**
 * Makes the sums of all games anew, operator by operator, each in a transaction of its own under its operator's lock, so that games of
 * the others go on. Needs the owner of the tables. For rows that came in while triggers were off. Gives the number of operators.
 */
export async function rebuildRollups(onProgress: (operators: number) => void = () => {}): Promise<number> {
  const operators = await rawSql()<{ id: Uuid }[]>`SELECT id FROM operator_accounts ORDER BY id`
  for (const [done, { id }] of operators.entries()) {
    await transaction(async (tx) => {
      await tx.sql`SELECT FROM operator_accounts WHERE id = ${id} FOR NO KEY UPDATE`
      await rebuildOperator(tx, id)
    })
    onProgress(done + 1)
  }
  return operators.length
}

/** The same for one operator, inside a transaction that keeps its games still. */
export async function rebuildOperator({ sql }: Querying, operatorId: Uuid): Promise<void> {
  await sql`DELETE FROM usage_days WHERE operator_id = ${operatorId}`
  await sql`DELETE FROM usage_parties WHERE operator_id = ${operatorId}`
  await sql`DELETE FROM usage_hours WHERE operator_id = ${operatorId}`
  await sql`
    INSERT INTO usage_days (operator_id, day, sessions, players, total_fen)
    SELECT operator_id, (started_at AT TIME ZONE 'Asia/Shanghai')::date, count(*), sum(player_count), sum(total_fen)
    FROM usage_records WHERE operator_id = ${operatorId} GROUP BY 1, 2 ORDER BY 2`
  await sql`
    INSERT INTO usage_parties (operator_id, day, site_id, application_id, player_count, sessions, total_fen)
    SELECT operator_id, (started_at AT TIME ZONE 'Asia/Shanghai')::date, site_id, application_id, player_count, count(*), sum(total_fen)
    FROM usage_records WHERE operator_id = ${operatorId} GROUP BY 1, 2, 3, 4, 5 ORDER BY 2, 3, 4, 5`
  await sql`
    INSERT INTO usage_hours (operator_id, hour, site_id, application_id, sessions, players, total_fen)
    SELECT operator_id, date_trunc('hour', started_at, 'UTC'), site_id, application_id, count(*), sum(player_count), sum(total_fen)
    FROM usage_records WHERE operator_id = ${operatorId} GROUP BY 1, 2, 3, 4 ORDER BY 2, 3, 4`
}
