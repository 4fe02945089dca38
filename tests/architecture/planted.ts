// biome-ignore-all lint/suspicious/noTemplateCurlyInString: planted sources hold template syntax
import { codesAreUsed } from './catalogue'
import {
  embeddedPostgresStaysAside,
  entriesStandAlone,
  importDirection,
  layerKnown,
  noRings,
  simulatorStaysAside,
  viewsStandAlone,
} from './imports'
import {
  noBarrels,
  noForeignPaths,
  noScriptInViews,
  noSilencing,
  nothingUnfinished,
  oneClock,
  oneDoorForMoney,
  oneEnvironment,
  oneYuanSign,
  shortFiles,
  sqlWhereItBelongs,
} from './rules'
import type { Rule, SourceFile } from './tree'

/** A rule, what it promises, files that break it one by one, and files that look alike and are fine. */
export type Planted = { promise: string; rule: Rule; broken: Tree[]; fine: Tree[] }
type Tree = Record<string, string>

export const treeOf = (tree: Tree): SourceFile[] => Object.entries(tree).map(([path, text]) => ({ path, text }))

const errors = "export const problems = {\n  GONE: { status: 410, retry: 'no', zh: '无', en: 'Gone' },\n}\n"
/** Words that a test file may not hold itself. */
const [unfinished, skipped] = ['TO' + 'DO', 'ts-' + 'ignore']

const asserted = { 'tests/http/gone.test.ts': "expect(code).toBe('GONE')" }

export const PLANTED: Planted[] = [
  {
    promise: 'imports point to the left',
    rule: importDirection,
    broken: [
      { 'src/core/money.ts': "import { log } from '#src/platform/log'\nlog()", 'src/platform/log.ts': '' },
      { 'src/ledger/lock.ts': "import { sessions } from '../accounts/sessions'\nsessions()", 'src/accounts/sessions.ts': '' },
      { 'src/sites/sites.ts': "import { sitesApi } from './operator.api'\nsitesApi()", 'src/sites/operator.api.ts': '' },
      { 'src/server.ts': "import { run } from '#workers/run-job'\nrun()", 'workers/run-job.ts': '' },
      { 'workers/main.ts': "import { run } from '#src/cli/main'\nrun()", 'src/cli/main.ts': '' },
      { 'src/platform/log.ts': "const { seedDemo } = await import('#drizzle/seed')\nseedDemo()", 'drizzle/seed.ts': '' },
      { 'src/app.ts': "import { aSite } from '#tests/support/factory'\naSite()", 'tests/support/factory.ts': '' },
      { 'src/core/money.ts': "export { operators } from '#drizzle/schema'", 'drizzle/schema/index.ts': '' },
    ],
    fine: [
      { 'src/core/money.ts': "import type { Log } from '#src/platform/log'\nexport type Money = Log", 'src/platform/log.ts': '' },
      { 'src/core/money.ts': "import { type Log } from '#src/platform/log'\nexport type Money = Log", 'src/platform/log.ts': '' },
      { 'src/sites/operator.api.ts': "import { sites } from './sites'\nsites()", 'src/sites/sites.ts': '' },
      {
        'src/core/money.ts': "// import { log } from '#src/platform/log'\nexport const words = \"import '#src/platform/log'\"",
        'src/platform/log.ts': '',
      },
    ],
  },
  {
    promise: 'every folder has its layer',
    rule: layerKnown,
    broken: [{ 'src/helpers/dates.ts': '' }, { 'scripts/once.ts': '' }],
    fine: [
      { 'src/core/time.ts': '', 'src/start.ts': '', 'drizzle/seed/world.ts': '', 'views/render.ts': '', 'src/staff/admin.pages.ts': '' },
    ],
  },
  {
    promise: 'views take values from core and views only',
    rule: viewsStandAlone,
    broken: [
      { 'views/home.tsx': "import { config } from '#src/platform/config'\nconfig()", 'src/platform/config.ts': '' },
      { 'views/home.tsx': "import { readFileSync } from 'node:fs'\nreadFileSync('x')" },
    ],
    fine: [
      { 'views/home.tsx': "import { yuan } from '#src/core/money'\nexport const Home = () => <p>{yuan(1n)}</p>", 'src/core/money.ts': '' },
      {
        'views/home.tsx':
          "import type { Config } from '#src/platform/config'\nimport type { VNode } from 'preact'\nexport type A = Config | VNode",
        'src/platform/config.ts': '',
      },
    ],
  },
  {
    promise: 'the simulated bank meets the product over HTTP alone',
    rule: simulatorStaysAside,
    broken: [
      { 'src/payments/settle.ts': "import { pay } from '#src/gateway-simulator/paying'\npay()" },
      { 'src/gateway-simulator/paying.ts': "import { config } from '#src/platform/config'\nconfig()" },
    ],
    fine: [{ 'src/start.ts': "import { prepareGateway } from './gateway-simulator/keys'\nprepareGateway()" }],
  },
  {
    promise: 'only start and tests run the embedded database',
    rule: embeddedPostgresStaysAside,
    broken: [
      {
        'src/cli/main.ts': "import { startPostgres } from '#src/embedded-postgres/supervisor'\nstartPostgres()",
        'src/embedded-postgres/supervisor.ts': '',
      },
    ],
    fine: [
      {
        'src/start.ts': "import { startPostgres } from './embedded-postgres/supervisor'\nstartPostgres()",
        'src/embedded-postgres/supervisor.ts': '',
      },
      {
        'tests/support/database.ts': "import { startPostgres } from '#src/embedded-postgres/supervisor'\nstartPostgres()",
        'src/embedded-postgres/supervisor.ts': '',
      },
    ],
  },
  {
    promise: 'an entry imports no other entry',
    rule: entriesStandAlone,
    broken: [{ 'src/sites/operator.pages.ts': "import { sitesApi } from './operator.api'\nsitesApi()", 'src/sites/operator.api.ts': '' }],
    fine: [{ 'src/app.ts': "import { sitesApi } from './sites/operator.api'\nsitesApi()", 'src/sites/operator.api.ts': '' }],
  },
  {
    promise: 'no file imports itself, by whatever way round',
    rule: noRings,
    broken: [
      {
        'src/core/a.ts': "import { b } from './b'\nb()",
        'src/core/b.ts': "import { c } from './c'\nc()",
        'src/core/c.ts': "import { a } from './a'\na()",
      },
    ],
    fine: [{ 'src/core/a.ts': "import { b } from './b'\nb()", 'src/core/b.ts': "import type { A } from './a'\nexport type B = A" }],
  },
  {
    promise: 'a file has at most 300 lines',
    rule: shortFiles,
    broken: [{ 'src/core/long.ts': 'a()\n'.repeat(301) }, { 'views/assets/long.css': 'a{}\n'.repeat(301) }],
    fine: [{ 'src/core/long.ts': 'a()\n'.repeat(300), 'drizzle/migrations/0001_all.sql': '--\n'.repeat(900) }],
  },
  {
    promise: 'only platform/config.ts reads the environment',
    rule: oneEnvironment,
    broken: [
      { 'src/core/text.ts': 'const home = process.env.HOME' },
      { 'src/core/text.ts': 'const home = Bun.env.HOME' },
      { 'src/core/text.ts': 'const { env } = process' },
      { 'workers/main.ts': 'const home = `${process\n  .env.HOME}`' },
    ],
    fine: [
      { 'src/platform/config.ts': 'const home = process.env.HOME' },
      { 'tests/support/preload.ts': "process.env.APP_ENV = 'test'" },
      { 'src/core/text.ts': "// process.env is read in config.ts\nconst text = 'process.env'" },
    ],
  },
  {
    promise: 'only core/time.ts reads the clock',
    rule: oneClock,
    broken: [
      { 'src/sites/sites.ts': 'const at = new Date()' },
      { 'src/sites/sites.ts': 'const at = Date.now()' },
      { 'tests/sites/sites.test.ts': 'const at = new Date(0)' },
      { 'src/sites/sites.ts': 'const start = performance.now()' },
      { 'views/home.tsx': 'const year = <p>{new\n Date().getFullYear()}</p>' },
    ],
    fine: [
      { 'src/core/time.ts': 'export const now = () => new Date(Date.now())' },
      { 'src/sites/sites.ts': "const at: Date = now() // never new Date()\nconst text = 'Date.now()'\nconst ok = /new Date/.test(text)" },
      { 'tests/bench/load.ts': 'const start = performance.now()' },
    ],
  },
  {
    promise: 'SQL stands where it belongs',
    rule: sqlWhereItBelongs,
    broken: [
      { 'workers/run-job.ts': 'await rawSql()`UPDATE job_runs SET status = 1`' },
      { 'src/sites/operator.api.ts': "import { eq } from 'drizzle-orm'\neq()" },
      { 'src/sites/operator.pages.ts': 'const rows = await tx.sql`\n  SELECT 1`' },
      { 'views/home.tsx': "const query = 'SELECT name FROM operation_sites'" },
      { 'src/cli/main.ts': "import postgres from 'postgres'\npostgres()" },
      { 'src/server.ts': 'await read().select()' },
      { 'src/platform/log.ts': 'const query = `DELETE FROM audit_logs`' },
      { 'src/sites/operator.api.ts': 'await sql<{ id: string }[]>`TABLE sites`' },
    ],
    fine: [
      { 'src/sites/sites.ts': "import { eq } from 'drizzle-orm'\nawait read().select().where(eq())" },
      { 'drizzle/migrate.ts': 'await sql`SELECT 1`' },
      {
        'src/sites/operator.api.ts':
          "import type { SQL } from 'drizzle-orm'\n// sql`SELECT 1`\nconst label = 'Select a site'\nexport type Where = SQL",
      },
      { 'views/home.tsx': 'const Home = () => <select name="site"><option>update</option></select>' },
    ],
  },
  {
    promise: 'only the ledger writes the journal and balances',
    rule: oneDoorForMoney,
    broken: [
      { 'src/refunds/review.ts': 'await tx.sql`\n  INSERT INTO transaction_records (id) VALUES (1)`' },
      { 'src/refunds/review.ts': 'await tx.db.insert(transactionRecords).values(row)' },
      { 'src/refunds/review.ts': 'await tx.sql`UPDATE operator_accounts SET updated_at = now(), balance_fen = 0 WHERE id = 1`' },
      { 'src/refunds/review.ts': 'await tx.db\n    .update(operatorAccounts)\n    .set({ updatedAt: at, balance: ZERO })' },
      { 'src/refunds/review.ts': 'await tx.db.insert(operatorAccounts).values({ id, balance, name })' },
    ],
    fine: [
      { 'src/ledger/transfer.ts': 'await tx.sql`INSERT INTO transaction_records (id) VALUES (1)`' },
      {
        'src/refunds/review.ts':
          'const [row] = await tx.sql`SELECT balance_fen AS balance FROM operator_accounts`\nawait tx.db.update(operatorAccounts).set({ isLocked: true })',
      },
      {
        'src/refunds/review.ts': 'await tx.sql`UPDATE operator_accounts SET is_locked = true WHERE balance_fen = 0`',
      },
    ],
  },
  {
    promise: 'nothing in a view is raw markup or script',
    rule: noScriptInViews,
    broken: [
      { 'views/home.tsx': 'const A = () => <p dangerouslySetInnerHTML={{ __html: x }} />' },
      { 'views/home.tsx': 'const A = () => <p hx-on:click="alert(1)" />' },
      { 'views/home.tsx': `const A = () => <p hx-vals='js:{a: 1}' />` },
      { 'views/home.tsx': 'const A = () => <a href="javascript:alert(1)">x</a>' },
      { 'views/home.tsx': 'const A = () => <p hx-trigger="click[ctrlKey]" />' },
      { 'views/home.tsx': "const A = () => <p {...{ 'hx-trigger': 'keyup[key==`Enter`]' }} />" },
      { 'views/home.tsx': 'const A = () => <button onclick="go()">x</button>' },
    ],
    fine: [
      { 'views/components/json-script.tsx': 'const A = () => <script dangerouslySetInnerHTML={{ __html: x }} />' },
      { 'views/home.tsx': '// hx-on is banned\nconst A = () => <p hx-trigger="every 3s" hx-vals={JSON.stringify({ js: true })} />' },
      { 'src/platform/assets.ts': "const TYPES = { js: 'text/javascript' }" },
    ],
  },
  {
    promise: 'a name is imported from where it lives',
    rule: noBarrels,
    broken: [
      { 'src/sites/all.ts': "export * from './sites'" },
      { 'src/sites/all.ts': "export { sites } from './sites'" },
      { 'src/sites/all.ts': "export type { Site } from './sites'" },
      { 'src/sites/index.ts': 'export const sites = []' },
      { 'src/sites/all.ts': "import { sites } from './sites'\nexport { sites }" },
    ],
    fine: [
      { 'drizzle/schema/index.ts': "export * from './accounts'" },
      { 'src/sites/sites.ts': "const sites = []\nexport { sites }\n// export * from './x'" },
    ],
  },
  {
    promise: 'no check is silenced without a reason',
    rule: noSilencing,
    broken: [
      { 'src/core/money.ts': 'const a = b as any' },
      { 'src/core/money.ts': `// @${skipped}\nconst a = b` },
      { 'src/core/money.ts': '// biome-ignore lint/style/useConst\nlet a = 1' },
      { 'src/core/money.ts': '// biome-ignore lint/style/useConst: x\nlet a = 1' },
    ],
    fine: [
      { 'src/core/money.ts': "// biome-ignore lint/style/useConst: it is set by the test below\nlet a: number\nconst text = 'as any'" },
    ],
  },
  {
    promise: 'nothing is left unfinished',
    rule: nothingUnfinished,
    broken: [{ 'src/core/money.ts': `// ${unfinished}: round` }, { 'README.md': `${unfinished} write this` }],
    fine: [{ 'src/core/text.en.ts': "export const todo = 'Nothing to do'" }],
  },
  {
    promise: 'no path of one machine stands in the project',
    rule: noForeignPaths,
    broken: [
      { 'docs/start.md': `Run ${['', 'home', 'li', 'mr'].join('/')}` },
      { 'src/start.ts': `const root = '${['', 'work', 'x'].join('/')}'` },
    ],
    fine: [{ 'docs/start.md': 'See docs/work/flow.md and https://example.com/home/page' }],
  },
  {
    promise: 'each error code is thrown and asserted',
    rule: codesAreUsed,
    broken: [
      { 'src/core/errors.ts': errors, 'src/core/text.zh.ts': "export const words = ['GONE']", ...asserted },
      { 'src/core/errors.ts': errors, 'src/sites/sites.ts': "throw new Problem('GONE')", 'tests/http/other.test.ts': '// GONE' },
    ],
    fine: [
      { 'src/core/errors.ts': errors, 'src/sites/sites.ts': "throw new Problem('GONE')", ...asserted },
      { 'src/core/errors.ts': errors, 'src/sites/sites.ts': "return refuse(operator.id, 'GONE', {})", ...asserted },
    ],
  },
  {
    promise: 'the yuan has one sign',
    rule: oneYuanSign,
    broken: [{ 'views/pay.tsx': '<b>\uFFE51.00</b>' }, { 'src/core/text/zh/pay.ts': "const pay = '\uFFE5'" }],
    fine: [{ 'views/pay.tsx': 'export const Pay = () => <b>\u00A51.00</b>' }],
  },
]
