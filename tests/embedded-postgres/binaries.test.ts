import { expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hydrateSymlinks, postgresBinaries } from '#src/embedded-postgres/binaries'

test('makes the links of the package once, beside those that are there', () => {
  const home = mkdtempSync(join(tmpdir(), 'mr-package-'))
  const lib = join(home, 'native', 'lib')
  mkdirSync(lib, { recursive: true })
  writeFileSync(join(lib, 'libpq.so.5.18'), 'library')
  const links = ['libpq.so', 'libpq.so.5'].map((name) => ({ source: 'native/lib/libpq.so.5.18', target: `native/lib/${name}` }))
  writeFileSync(join(home, 'native', 'pg-symlinks.json'), JSON.stringify(links))
  expect(hydrateSymlinks(home)).toBe(2)
  expect(hydrateSymlinks(home)).toBe(0)
  expect(readFileSync(join(lib, 'libpq.so.5'), 'utf8')).toBe('library')
  rmSync(home, { recursive: true })
})

test('the programs from npm run here', () => {
  const { postgres, initdb } = postgresBinaries()
  for (const program of [postgres, initdb]) {
    expect(Bun.spawnSync([program, '--version']).stdout.toString()).toContain('PostgreSQL) 18.')
  }
})
