import { afterAll, expect, test } from 'bun:test'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const TOOLS = [
  'sh',
  'dirname',
  'readlink',
  'mkdir',
  'rm',
  'mv',
  'ln',
  'sed',
  'tail',
  'head',
  'grep',
  'date',
  'id',
  'df',
  'awk',
  'chmod',
  'sleep',
  'cat',
]

/** Stands in for Docker: notes what it is asked, with the version it is asked for, and fails where it is told to. */
const DOCKER = `#!/bin/sh
printf '%s %s\\n' "\${MR_VERSION:-–}" "$*" >>calls
case "$*" in *inspect*RestartCount*) echo 0 ;; *'ps -q'*) echo container ;; esac
[ ! -f failing ] || ! printf '%s %s' "\${MR_VERSION:-–}" "$*" | grep -q -f failing
`

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function aMachine() {
  const folder = mkdtempSync(join(tmpdir(), 'mr-compose-'))
  folders.push(folder)
  mkdirSync(join(folder, 'deploy'))
  cpSync('deploy/release-compose', join(folder, 'deploy/release-compose'))
  mkdirSync(join(folder, 'tools'))
  for (const tool of TOOLS) symlinkSync(Bun.which(tool)!, join(folder, 'tools', tool))
  writeFileSync(join(folder, 'tools/docker'), DOCKER)
  chmodSync(join(folder, 'tools/docker'), 0o755)
  writeFileSync(join(folder, '.env'), 'PUBLIC_URL=https://games.example\nMR_VERSION=v1\n')
  const read = (path: string) => (existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : '')
  return {
    folder,
    read,
    calls: () => read('calls').trim().split('\n'),
    failAt: (pattern: string | null) =>
      pattern === null ? rmSync(join(folder, 'failing')) : writeFileSync(join(folder, 'failing'), `${pattern}\n`),
    run: async (...words: string[]) => {
      rmSync(join(folder, 'calls'), { force: true })
      const child = Bun.spawn([join(folder, 'deploy/release-compose'), ...words, '--watch', '2'], {
        ...{ cwd: '/', env: { PATH: join(folder, 'tools') }, stdout: 'pipe', stderr: 'pipe' },
      })
      const [output, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
      return { code: await child.exited, output: output + errors }
    },
  }
}

test('eight steps, each with the right version; what runs is written down, and the way back leads to the one before', async () => {
  const { run, calls, read } = aMachine()
  const { code, output } = await run('--version', 'v2')
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('released: v2') })
  const told = calls().filter((call) => !/inspect|exec|ps -q|rm -f|image rm|config/.test(call))
  expect(told).toEqual([
    'v1 compose run --rm -T mr backup create --reason release',
    'v2 compose build web',
    'v2 compose run --rm -T mr migrate up',
    'v2 compose run --rm -T mr staff first',
    'v2 compose run --rm -T mr schema verify',
    'v2 compose run -d --no-deps --name mr-beside web',
    'v2 compose run --rm -T mr release smoke http://mr-beside:8000',
    'v2 compose up -d --no-deps --wait --wait-timeout 60 web workers',
    'v2 compose run --rm -T mr release smoke http://web:8000',
    expect.stringMatching(/^v2 compose run --rm -T mr release record release succeeded --from v1 --to v2 --began \S+Z --step switch/),
  ])
  expect(read('.env')).toBe('PUBLIC_URL=https://games.example\nMR_VERSION=v2\n')
  expect(JSON.parse(read('deploy.log'))).toMatchObject({ from: 'v1', to: 'v2', result: 'succeeded' })

  expect((await run('--version', 'v3')).code).toBe(0)
  expect((await run('--rollback')).output).toContain('released: v2')
  expect(read('.env')).toContain('MR_VERSION=v2')
  expect(calls().some((call) => call.includes('migrate'))).toBe(false)
})

test.each([
  ['a backup that fails', 'backup create', 'backup'],
  ['an image that cannot be built', 'compose build', 'build'],
  ['a migration that fails', 'mr migrate up', 'migrate'],
  ['a schema that differs', 'schema verify', 'verify'],
  ['a game start that is refused', 'smoke http://mr-beside', 'smoke'],
])('%s: nothing is switched, and it is told', async (_, pattern, step) => {
  const { run, calls, failAt, read } = aMachine()
  failAt(pattern)
  const { code, output } = await run('--version', 'v2')
  expect({ code, output }).toEqual({ code: expect.any(Number), output: expect.stringContaining(`✗ ${step}：release failed`) })
  expect(code).not.toBe(0)
  expect(read('.env')).toContain('MR_VERSION=v1')
  expect(calls().some((call) => call.includes('compose up'))).toBe(false)
  expect(calls().at(-1)).toContain(`v1 compose run --rm -T mr release record release failed --from v1 --to v2`)
  expect(existsSync(read('.release/lock'))).toBe(false)
})

test('a release that fails after the switch: the one before serves again', async () => {
  const { run, calls, failAt, read } = aMachine()
  failAt('v2 .*smoke http://web')
  const { code, output } = await run('--version', 'v2')
  expect(code).not.toBe(0)
  expect(output).toContain('✗ switch：release undone')
  expect(read('.env')).toContain('MR_VERSION=v1')
  expect(
    calls()
      .filter((call) => call.includes('compose up'))
      .map((call) => call.slice(0, 2)),
  ).toEqual(['v2', 'v1'])
})

test('two at once: the second is refused; what a killed one left is undone by the next', async () => {
  const { run, calls, folder } = aMachine()
  mkdirSync(join(folder, '.release'))
  symlinkSync(String(process.pid), join(folder, '.release/lock'))
  const refused = await run('--version', 'v2')
  expect(refused).toEqual({ code: 1, output: expect.stringContaining('another release is under way') })
  expect(existsSync(join(folder, 'calls'))).toBe(false)

  rmSync(join(folder, '.release/lock'))
  symlinkSync('999999999', join(folder, '.release/lock'))
  writeFileSync(join(folder, '.release/state'), 'v1 v2 switch\n')
  writeFileSync(join(folder, '.env'), 'MR_VERSION=v2\n')
  const { code, output } = await run('--version', 'v3')
  expect(code).toBe(0)
  expect(output).toContain('cut off at switch: undone')
  expect(
    calls()
      .filter((call) => call.includes('compose up'))
      .map((call) => call.slice(0, 2)),
  ).toEqual(['v1', 'v3'])
})
