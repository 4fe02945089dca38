import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EMPTY_TALLY, slowestOfMost } from '#src/platform/answer-tally'
import { childEnvironment } from '#src/platform/config'
import { environmentWithout } from '#src/releases/environment'
import { currentVersion, factsOf, homeAround, makeCurrent, openHome, releasesOf, removeOld, rootOf, writeFacts } from '#src/releases/home'
import { isLocked, takeLock } from '#src/releases/lock'
import { firstChange, writeManifest } from '#src/releases/manifest'
import { roomFault } from '#src/releases/preflight'
import { findSource } from '#src/releases/source'
import { faultIn } from '#src/releases/watch'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mr-releases-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const aHome = (name: string) => openHome(join(folder, name))

function aRelease(home: ReturnType<typeof aHome>, version: string, builtAt: string, runSince: string | null = null): void {
  mkdirSync(rootOf(home, version))
  writeFacts(rootOf(home, version), { version, commit: null, bun: process.execPath, schemaHead: '0027_releases', builtAt, runSince })
}

describe('one release at a time', () => {
  test('a second one is refused and told who holds the lock; afterwards it is free', () => {
    const home = aHome('lock')
    const unlock = takeLock(home)
    expect(isLocked(home)).toBe(true)
    expect(() => takeLock(home)).toThrow(`process ${process.pid}`)
    unlock()
    expect(isLocked(home)).toBe(false)
    takeLock(home)()
  })

  test.each([
    ['of a process that is gone', '999999999@1'],
    ['of a process whose number another one has now', `${process.pid}@1`],
    ['that says nothing', 'x'],
  ])('a lock %s is taken over', (_, target) => {
    const home = aHome(`stale ${target}`)
    symlinkSync(target, join(home.folder, 'deploy.lock'))
    expect(isLocked(home)).toBe(false)
    takeLock(home)()
  })
})

describe('the home of releases', () => {
  test('current moves in one step, and what ran last comes first', () => {
    const home = aHome('current')
    aRelease(home, '0.1.0-a', '2026-01-01T00:00:00.000Z')
    aRelease(home, '0.1.0-b', '2026-01-02T00:00:00.000Z')
    expect(currentVersion(home)).toBeNull()
    makeCurrent(home, '0.1.0-b', '2026-01-03T00:00:00.000Z')
    makeCurrent(home, '0.1.0-a', '2026-01-04T00:00:00.000Z')
    expect(currentVersion(home)).toBe('0.1.0-a')
    expect(releasesOf(home).map(({ version }) => version)).toEqual(['0.1.0-a', '0.1.0-b'])
    expect(homeAround(join(home.folder, 'current'))).toEqual(home)
    expect(homeAround(folder)).toBeUndefined()
  })

  test('three stay, with what runs; parts of unfinished ones go', () => {
    const home = aHome('old')
    for (let day = 1; day <= 6; day++) aRelease(home, `0.1.0-${day}`, `2026-01-0${day}T00:00:00.000Z`, `2026-02-0${day}T00:00:00.000Z`)
    mkdirSync(rootOf(home, '4711.part'))
    makeCurrent(home, '0.1.0-6', '2026-02-07T00:00:00.000Z')
    expect(removeOld(home, ['0.1.0-1', null]).sort()).toEqual(['0.1.0-2', '0.1.0-3', '4711.part'])
    expect(factsOf(home, '0.1.0-2')).toBeUndefined()
    expect(releasesOf(home).map(({ version }) => version)).toEqual(['0.1.0-6', '0.1.0-5', '0.1.0-4', '0.1.0-1'])
  })

  test('a file that was changed, added or removed is named', async () => {
    const root = join(folder, 'manifest')
    mkdirSync(join(root, 'src'), { recursive: true })
    mkdirSync(join(root, 'node_modules'))
    for (const file of ['src/a.ts', 'src/b.ts']) writeFileSync(join(root, file), file)
    await writeManifest(root)
    writeFileSync(join(root, 'node_modules/x'), 'packages are none of its business')
    expect(await firstChange(root)).toBeUndefined()
    appendFileSync(join(root, 'src/b.ts'), ' ')
    expect(await firstChange(root)).toBe('src/b.ts')
    writeFileSync(join(root, 'src/b.ts'), 'src/b.ts')
    writeFileSync(join(root, 'src/c.ts'), '')
    expect(await firstChange(root)).toBe('src/c.ts')
    rmSync(join(root, 'src/c.ts'))
    rmSync(join(root, 'src/a.ts'))
    expect(await firstChange(root)).toBe('src/a.ts')
  })

  test('settings of a file reach a child through the file alone', () => {
    const path = join(folder, 'settings.env')
    writeFileSync(path, 'PATH=/of/the/file\n# HOME=/x\nexport ADDED_LATER=1\n')
    const environment = environmentWithout(path)
    appendFileSync(path, 'HOME=/of/the/file\n')
    const given = environment({ PORT: '1' })
    expect(given).toMatchObject({ PORT: '1' })
    expect(given).not.toHaveProperty('PATH')
    expect(given).not.toHaveProperty('HOME')
  })

  test.each([
    ['/nowhere/at/all', 'there is no /nowhere/at/all'],
    [import.meta.path, 'neither a folder nor an archive'],
  ])('%s is no source', async (source, words) => {
    expect(findSource(source, undefined, childEnvironment({}))).rejects.toThrow(words)
  })
})

describe('what speaks against a release on trial', () => {
  const well = {
    deaths: 0,
    silentSeconds: 1,
    answers: { ...EMPTY_TALLY, requests: 1_000, durations: [990, 10, 0, 0, 0, 0, 0, 0], rssMb: 200 },
  }
  const but = (answers: Partial<typeof well.answers>) => ({ ...well, answers: { ...well.answers, ...answers } })

  test.each([
    ['nothing', well, undefined],
    ['two faults of ours are anybody’s', but({ requests: 3, serverErrors: 2 }), undefined],
    ['one in fifty is not yet too many', but({ serverErrors: 20 }), undefined],
    ['more than that', but({ serverErrors: 21 }), '21 of 1000 answers were 5xx'],
    ['a process that ended', { ...well, deaths: 1 }, 'ended 1 times'],
    ['a process that says nothing', { ...well, silentSeconds: 5 }, 'hangs for 5 s'],
    ['slow answers', but({ durations: [900, 80, 0, 0, 0, 0, 0, 20] }), 'p99 is above 2000 ms'],
    ['a few slow answers', but({ durations: [995, 0, 0, 0, 0, 0, 0, 5] }), undefined],
    ['memory', but({ rssMb: 1_025 }), '1025 MB of memory'],
  ])('%s', (_, state, words) => {
    const fault = faultIn(state)
    if (words) expect(fault).toContain(words)
    else expect(fault).toBeUndefined()
  })

  test('99 of 100 answers came within the bound that is told', () => {
    expect(slowestOfMost(well.answers)).toBe(10)
    expect(slowestOfMost({ ...well.answers, durations: [980, 9, 11, 0, 0, 0, 0, 0] })).toBe(100)
  })

  test('a full disk is told in megabytes', () => {
    expect(roomFault(1_023.7)[0]).toContain('only 1023 MB are free')
    expect(roomFault(1_024)).toEqual([])
  })
})
