import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync } from 'node:zlib'
import type { AxeResults, RunOptions } from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'

const SYSTEM_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

const TOOLS = fileURLToPath(new URL('../../.tools', import.meta.url))

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Containers give /dev/shm 64 MB, too little for a full-page screenshot.
  '--disable-dev-shm-usage',
]

type Chromium = { path: string; env: Record<string, string> }

/**
 * A headless Chromium: `chromiumPath` → the system's → the one from npm. Throws when none can run; a browser test never skips. `locale`
 * is the one of its own words, such as the order of a date field; pages learn of it by their context.
 */
export async function launchBrowser(chromiumPath: string | undefined = process.env.CHROMIUM_PATH, locale?: string): Promise<Browser> {
  const found = await findChromium(chromiumPath)
  // LANGUAGE counts only beside a LANG that is not C.
  const language = locale ? { LANG: `${locale.replace('-', '_')}.UTF-8`, LANGUAGE: locale.replace('-', '_') } : {}
  const env = { ...(process.env as Record<string, string>), ...found.env, ...language }
  const args = locale ? [...FLAGS, `--lang=${locale}`] : FLAGS
  return await chromium.launch({ executablePath: found.path, headless: true, args, env })
}

async function findChromium(chromiumPath: string | undefined): Promise<Chromium> {
  if (chromiumPath) {
    const failure = whyNotRunning(chromiumPath)
    if (failure) throw new Error(`CHROMIUM_PATH ${chromiumPath} does not run: ${failure}`)
    return { path: chromiumPath, env: {} }
  }
  // Asked for its version first: on Ubuntu /usr/bin/chromium-browser may be a stub that only says "install the snap".
  const system = SYSTEM_PATHS.find((path) => existsSync(path) && !whyNotRunning(path))
  if (system) return { path: system, env: {} }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('No Chromium: install Chromium or Google Chrome, or set CHROMIUM_PATH (the one from npm runs on Linux x64 only)')
  }
  return await npmChromium()
}

/** Undefined when the program starts. Its libraries are bound before it prints its version, so a missing one shows here. */
function whyNotRunning(path: string, env: Record<string, string> = {}): string | undefined {
  const run = spawnSync(path, ['--version'], { env: { ...process.env, ...env }, timeout: 20_000 })
  return run.status === 0 ? undefined : String(run.error ?? run.stderr).trim()
}

/** Unpacks @sparticuz/chromium once into `.tools/`; its own unpacker writes to fixed names in /tmp, where two processes race. */
async function npmChromium(): Promise<Chromium> {
  const { version } = await Bun.file(new URL('../package.json', import.meta.resolve('@sparticuz/chromium'))).json()
  const home = join(TOOLS, `chromium-${version}`)
  if (!existsSync(home)) await unpack(home)
  const path = join(home, 'chromium')
  const fonts: Record<string, string> = existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_PATH: home }
  // The machine's own NSS libraries come first: they fit its libc, the carried ones are a fallback.
  const ownLibraries = { LD_LIBRARY_PATH: join(home, 'lib') }
  if (!whyNotRunning(path)) return { path, env: fonts }
  const failure = whyNotRunning(path, ownLibraries)
  if (failure) throw new Error(`Chromium from npm does not run here (${failure}); install Chromium or set CHROMIUM_PATH`)
  return { path, env: { ...fonts, ...ownLibraries } }
}

async function unpack(home: string): Promise<void> {
  const bin = fileURLToPath(new URL('../bin/', import.meta.resolve('@sparticuz/chromium')))
  const inflate = (name: string) => brotliDecompressSync(Bun.mmap(join(bin, name)))
  mkdirSync(TOOLS, { recursive: true })
  const work = mkdtempSync(join(TOOLS, 'unpacking-'))
  writeFileSync(join(work, 'chromium'), inflate('chromium.br'), { mode: 0o755 })
  for (const name of ['al2023.tar.br', 'fonts.tar.br', 'swiftshader.tar.br']) await new Bun.Archive(inflate(name)).extract(work)
  // Only read where the machine has no fontconfig of its own.
  writeFileSync(
    join(work, 'fonts.conf'),
    `<fontconfig><dir>${join(home, 'fonts')}</dir><cachedir>${join(home, 'cache')}</cachedir></fontconfig>`,
  )
  try {
    // One rename makes it visible whole; when another process was quicker its copy is just as good.
    renameSync(work, home)
  } catch (error) {
    rmSync(work, { recursive: true, force: true })
    if (!existsSync(home)) throw error
  }
}

const axeFile = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'))

/** Brings axe along to every page that is opened from now on: half the price of bringing it to each when it is looked at. */
export async function bringAxe(page: Page): Promise<void> {
  await page.addInitScript(await Bun.file(axeFile).text())
}

/** What axe finds wrong on the page as it is now, one line per finding; `[]` is the only good answer. */
export async function axeFindings(page: Page): Promise<string[]> {
  // Evaluated by the debugger, not by a script element, so the page's own policy stays in force.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(await Bun.file(axeFile).text())
  // From its top: a page that opens scrolled to what is wrong has part of it under the bars, which axe takes for too small a target.
  await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }))
  const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
  const { violations } = await page.evaluate((values) => {
    const axe = (globalThis as unknown as { axe: { run: (options: RunOptions) => Promise<AxeResults> } }).axe
    // Style sheets are read for one rule only; it is tested at their source.
    return axe.run({ runOnly: { type: 'tag', values }, resultTypes: ['violations'], preload: false })
  }, rules)
  return violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${violation.help} — ${String(node.target)} ${node.failureSummary ?? ''}`),
  )
}
