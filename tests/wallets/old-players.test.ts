import { afterAll, beforeAll, expect, test } from 'bun:test'
import { migrateDown, migrateUp } from '#drizzle/migrate'
import { verifySchema } from '#src/schema-verify/verify'
import { createDatabase, type TestDatabase } from '#tests/support/database'

/** A database of the system before: each wallet had to belong to a player of a local table. */
let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase()
  const { owner } = database
  await owner`CREATE TABLE players (user_id text COLLATE "C" PRIMARY KEY)`
  await owner`INSERT INTO players VALUES ('player-1'), ('player-2')`
  await owner`ALTER TABLE wallets ADD CONSTRAINT wallets_user_id_fkey FOREIGN KEY (user_id) REFERENCES players (user_id)`
  await owner`INSERT INTO wallets (id, platform, user_id, created_at) SELECT gen_random_uuid(), 'wechat', user_id, now() FROM players`
})
afterAll(() => database.drop())

const held = async () =>
  (await database.owner`SELECT conname FROM pg_constraint WHERE conrelid = 'wallets'::regclass AND contype = 'f'`).map(
    ({ conname }) => conname,
  )
const rows = () => database.owner`SELECT id, platform, user_id FROM wallets ORDER BY id`
const named = async () => (await verifySchema(database.connection)).details.map(({ part, name }) => `${part} ${name}`)

test('a foreign key on the player is found by name and by trying; an ordinary migration takes it away and touches no row', async () => {
  const before = await rows()
  const found = await named()
  expect(found.filter((name) => name.includes('wallets_user_id_fkey'))).toHaveLength(1)
  expect(found.filter((name) => /^probe a wallet of a player of/.test(name))).toHaveLength(5)

  expect(await migrateDown(database.connection, 1)).toEqual(['0032_wallet_players'])
  expect([await held(), await rows()]).toEqual([['wallets_user_id_fkey'], before])
  expect(await migrateUp(database.connection)).toEqual(['0032_wallet_players'])
  expect([await held(), await rows()]).toEqual([[], before])
  await database.owner`INSERT INTO wallets (id, platform, user_id, created_at) VALUES (gen_random_uuid(), 'alipay', 'someone-else', now())`
  expect((await named()).filter((name) => name.includes('wallet'))).toEqual([])

  const more = await rows()
  await migrateDown(database.connection, 1)
  expect([await held(), await rows()]).toEqual([['wallets_user_id_fkey'], more])
  await migrateUp(database.connection)
  expect([await held(), await rows()]).toEqual([[], more])
})
