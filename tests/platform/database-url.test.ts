import { expect, test } from 'bun:test'
import { connectionUrl } from '#src/platform/database-url'

test.each([
  [{ url: 'postgres://app:s%40cret@db:5432/games?sslmode=require' }, 'postgres://app:s%40cret@db:5432/games?sslmode=require'],
  [{ url: 'postgres://app@%2Frun%2Fpostgresql/games' }, 'postgres://app@/games?host=%2Frun%2Fpostgresql'],
  [{ url: 'postgres://app:s%40cret@%2Frun%2Fpg:5433/games' }, 'postgres://app:s%40cret@/games?host=%2Frun%2Fpg&port=5433'],
  [
    { host: '/data/游戏/sock', port: 5432, username: 'app', database: 'games' },
    'postgres://app@/games?host=%2Fdata%2F%E6%B8%B8%E6%88%8F%2Fsock&port=5432',
  ],
])('%j is one URL for a driver that takes nothing else', (connection, url) => {
  expect(connectionUrl(connection)).toBe(url)
})
