import { afterEach, describe, expect, test } from 'bun:test'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import manifest from '../../package.json'

const PIN = manifest.engines.bun
const TOOLS = ['sh', 'sed', 'dirname', 'readlink', 'uname', 'cksum', 'cat', 'ln', 'mkdir', 'rmdir', 'rm', 'mv', 'sleep', 'tail']
const cleanUp: (() => unknown)[] = []
afterEach(() => {
  for (const undo of cleanUp.splice(0)) undo()
})

/** Stands in for Bun: knows its version, notes each installation and says how the product was started. */
const bun = (version: string) => `#!/bin/sh
case $1 in
  --version) echo ${version} ;;
  install) echo installed >>installations; sleep 0.3; mkdir -p node_modules ;;
  *) echo "${version} in $(pwd -P) mode $NODE_ENV proxy-free ${'$'}{NO_PROXY:-} with $*" ;;
esac
`

type Checkout = {
  project: string
  path: string
  run(command?: string[], env?: Record<string, string>): Promise<{ code: number; output: string }>
}

/** A checkout with our commands in it, and a PATH with the tools of every machine, the given programs and nothing else. */
function aCheckout(programs: Record<string, string> = {}): Checkout {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mr-setup-')))
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }))
  const project = join(folder, '项目 one')
  cpSync('bin', join(project, 'bin'), { recursive: true })
  cpSync('package.json', join(project, 'package.json'))
  mkdirSync(join(project, 'patches'))
  for (const file of ['bun.lock', 'patches/one.patch']) writeFileSync(join(project, file), 'first')
  const tools = join(folder, 'tools')
  mkdirSync(tools)
  for (const tool of TOOLS) symlinkSync(Bun.which(tool)!, join(tools, tool))
  for (const [name, text] of Object.entries(programs)) aProgram(join(tools, name), text)
  const run = async (command = [join(project, 'bin/mr')], env: Record<string, string> = {}) => {
    const child = Bun.spawn(command, { cwd: '/', env: { PATH: tools, HOME: folder, ...env }, stdout: 'pipe', stderr: 'pipe' })
    const [output, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
    return { code: await child.exited, output: output + errors }
  }
  return { project, path: tools, run }
}

function aProgram(path: string, text: string): void {
  writeFileSync(path, text)
  chmodSync(path, 0o755)
}

const installations = (project: string) => readFileSync(join(project, 'installations'), 'utf8').trim().split('\n').length

/** An npm that puts the given Bun where npm would. */
const npm = (text: string) => `#!/bin/sh
mkdir -p .tools/node_modules/.bin
cat >.tools/node_modules/.bin/bun <<'PROGRAM'
${text}PROGRAM
chmod 755 .tools/node_modules/.bin/bun
`

describe('bin/setup', () => {
  test('installs once, and again only when what it depends on has changed', async () => {
    const { project, run } = aCheckout({ bun: bun(PIN) })
    for (let start = 0; start < 3; start++) expect((await run()).code).toBe(0)
    expect(installations(project)).toBe(1)
    for (const [changed, count] of [
      ['bun.lock', 2],
      ['patches/one.patch', 3],
    ] as const) {
      writeFileSync(join(project, changed), 'second')
      await run()
      await run()
      expect(installations(project)).toBe(count)
    }
  })

  test('works from anywhere, through symlinks, and hands on the arguments', async () => {
    const { project, path, run } = aCheckout({ bun: bun(PIN) })
    symlinkSync(project, join(path, 'checkout'))
    symlinkSync(join(project, 'bin/mr'), join(path, 'mr'))
    const said = `${PIN} in ${project} mode production proxy-free  with src/cli/main.ts a b c\n`
    for (const way of [join(project, 'bin/mr'), join(path, 'checkout/bin/mr'), join(path, 'mr')]) {
      expect((await run([way, 'a', 'b c'])).output).toContain(said)
    }
  })

  test('starts at the same moment install once', async () => {
    const { project, run } = aCheckout({ bun: bun(PIN) })
    const runs = await Promise.all(Array.from({ length: 4 }, () => run()))
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0])
    expect(installations(project)).toBe(1)
    expect(existsSync(join(project, '.tools/setup.lock'))).toBe(false)
  })

  test('breaks the lock of a start that was killed', async () => {
    const { project, run } = aCheckout({ bun: bun(PIN) })
    const dead = Bun.spawnSync(['sh', '-c', 'echo $$']).stdout.toString().trim()
    mkdirSync(join(project, '.tools'))
    symlinkSync(dead, join(project, '.tools/setup.lock'))
    expect((await run()).code).toBe(0)
  })

  test('fetches the pinned Bun by npm where the PATH has none or another one', async () => {
    const offers: Record<string, string>[] = [{ npm: npm(bun(PIN)) }, { npm: npm(bun(PIN)), bun: bun('1.0.0') }]
    for (const programs of offers) {
      const { run } = aCheckout({ ...programs, chmod: '#!/bin/sh\nexec /bin/chmod "$@"\n' })
      expect((await run()).output).toContain(`${PIN} in `)
    }
  })

  test('says so when npm exits well and leaves no Bun', async () => {
    const { run } = aCheckout({ npm: '#!/bin/sh\necho ENETUNREACH\n' })
    const { code, output } = await run()
    expect(code).toBe(1)
    expect(output).toContain('ENETUNREACH')
    expect(output).toContain(`Could not fetch Bun ${PIN}: is the network there?`)
  })

  test('says so when there is neither Bun nor npm', async () => {
    const { code, output } = await aCheckout().run()
    expect(code).toBe(1)
    expect(output).toContain(`需要 Bun ${PIN}`)
    expect(output).toContain(`Needs Bun ${PIN}, or npm`)
  })

  test('says so when the packages cannot be installed, and tries again next time', async () => {
    const { run } = aCheckout({ bun: bun(PIN).replace('echo installed >>installations', 'echo ConnectionRefused; exit 1') })
    for (let start = 0; start < 2; start++) {
      const { code, output } = await run()
      expect(code).toBe(1)
      expect(output).toContain('ConnectionRefused')
      expect(output).toContain('Could not install the packages')
    }
  })

  test('keeps our own addresses away from a proxy', async () => {
    const { run } = aCheckout({ bun: bun(PIN) })
    const { output } = await run(undefined, { http_proxy: 'http://proxy:3128', NO_PROXY: 'intranet' })
    expect(output).toContain('proxy-free 127.0.0.1,localhost,::1,intranet with')
  })
})
