import { seedLoad } from '#drizzle/seed/load'
import { now } from '#src/core/time'
import { type Fault, openDesk } from './backup-desk'

const ROWS = 1_000_000
const MOST_SECONDS = 60

/** A million games, each with its row of the journal: restored and audited within a minute. */
export const measure = (): Fault => ({
  fault: `${ROWS.toLocaleString('en')} ledger rows restored and audited`,
  expected: `sound, within ${MOST_SECONDS} s`,
  run: async () => {
    const desk = await openDesk()
    try {
      await seedLoad(desk.database.connection, { rows: ROWS, operators: 20, now: now() })
      const { code, out, err } = await desk.mr(['backup', 'create'])
      if (code !== 0) return err
      const [proof] = await desk.database.owner<{ restore: number; audit: number; rows: number }[]>`
        SELECT restore_ms AS restore, audit_ms AS audit, journal_rows::int AS rows FROM backup_restores`
      const seconds = (proof!.restore + proof!.audit) / 1000
      const words = `restored ${(proof!.restore / 1000).toFixed(1)} s, audited ${(proof!.audit / 1000).toFixed(1)} s`
      const isWhole = proof!.rows >= ROWS && out.includes('the backup is good')
      return `${isWhole ? 'sound' : 'NOT sound'}, ${seconds <= MOST_SECONDS ? '' : 'not '}within ${MOST_SECONDS} s: ${words}`
    } finally {
      await desk.close()
    }
  },
})
