import { expect, test } from 'bun:test'
import postgres from 'postgres'
import { isDatabaseLost } from '#src/platform/database'
import { createDatabase } from '#tests/support/database'

test('a database that is being put in its place is away: people are told to come back', async () => {
  const { connection, drop } = await createDatabase({ empty: true })
  const outside = postgres({ ...connection, database: 'postgres', max: 1, onnotice: () => {} })
  const errorOf = async (database: string) => {
    const sql = postgres({ ...connection, database, max: 1, onnotice: () => {} })
    const error = await sql`SELECT 1`.then(
      () => undefined,
      (failure: unknown) => failure,
    )
    await sql.end()
    return error as { code?: string } | undefined
  }
  const gone = await errorOf('no_such_database')
  expect([gone?.code, isDatabaseLost(gone)]).toEqual(['3D000', true])
  await outside.unsafe(`ALTER DATABASE ${connection.database} ALLOW_CONNECTIONS false`)
  const shut = await errorOf(connection.database)
  expect([shut?.code, isDatabaseLost(shut)]).toEqual(['55000', true])
  await outside.unsafe(`ALTER DATABASE ${connection.database} ALLOW_CONNECTIONS true`)
  await outside.end()
  await drop()
})
