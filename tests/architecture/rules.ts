import { codeOnly, withoutComments } from './source'
import { inFolder, isCode, isEntry, lineAt, matches, type Rule, type SourceFile, type Violation } from './tree'

const LONGEST_FILE = 300

/** Files of code, style and shell end before line 300. A migration is one text for ever and may be long. */
export const shortFiles: Rule = (files) =>
  files
    .filter(({ path }) => /\.(tsx?|js|css|sh)$/.test(path) || path.startsWith('bin/'))
    .map(({ path, text }) => ({ path, lines: text.replace(/\n$/, '').split('\n').length }))
    .filter(({ lines }) => lines > LONGEST_FILE)
    .map(({ path, lines }) => ({ path, line: LONGEST_FILE + 1, text: `has ${lines} lines, at most ${LONGEST_FILE}` }))

/** Where the environment is read: everybody else is told. Tests speak for their own machine. */
export const oneEnvironment: Rule = (files) =>
  code(files)
    .filter(({ path }) => path !== 'src/platform/config.ts' && !inFolder('tests')({ path }))
    .flatMap(({ path, text }) =>
      matches(
        path,
        codeOnly(text),
        /\b(?:process|Bun|import\.meta)\s*(?:\?\.|\.)\s*env\b|\benv\b[^=;{}]*\}\s*=\s*(?:process|Bun)\b/,
        (found) => `reads the environment: ${found}`,
      ),
    )

/** Where the clock is read. Tests measure durations themselves; what time it is they ask core/time too. */
export const oneClock: Rule = (files) =>
  code(files)
    .filter(({ path }) => path !== 'src/core/time.ts')
    .flatMap(({ path, text }) => {
      const clock = /\bnew\s+Date\b|\bDate\s*\.\s*(?:now|parse|UTC)\b|\bTemporal\s*\.\s*Now\b|(?<![.\w])Date\s*\(/
      const timer = /\bperformance\s*\.\s*now\b|\bhrtime\b|\bBun\s*\.\s*nanoseconds\b/
      const found = matches(path, codeOnly(text), clock, (word) => `reads the clock or builds a Date: ${word}`)
      return inFolder('tests')({ path }) ? found : [...found, ...matches(path, codeOnly(text), timer, (word) => `measures time: ${word}`)]
    })

/**
 * Who may hold SQL: the verticals of src besides their entries, the one file that opens the pool, the embedded database's supervisor,
 * the schema with its migrations and seeds, tests. Not: doors, pages, the clock's table, the command line, what needs no machine.
 */
const holdsNoSql = (file: SourceFile): boolean =>
  isEntry(file) ||
  inFolder('views', 'workers', 'src/core', 'src/permissions', 'src/cli')(file) ||
  /^src\/[\w.-]+$/.test(file.path) ||
  (inFolder('src/platform')(file) && !['src/platform/database.ts', 'src/platform/like.ts', 'src/platform/outbox.ts'].includes(file.path)) ||
  (inFolder('src/embedded-postgres')(file) && file.path !== 'src/embedded-postgres/supervisor.ts')

/** In capitals or in small letters; a sentence that begins with "Select" is for people. */
const STATEMENT = new RegExp(
  `['"\`]\\s*(?:${[
    'SELECT\\s+\\d',
    'SELECT\\b[^\'"`]*\\bFROM\\b',
    'INSERT\\s+INTO\\b',
    'UPDATE\\s+["\\w]+\\s+SET\\b',
    'DELETE\\s+FROM\\b',
    'TRUNCATE\\s',
    '(?:CREATE|ALTER|DROP)\\s+(?:TABLE|ROLE|DATABASE|INDEX)\\b',
    'WITH\\s+\\w+\\s+AS\\s*\\(',
  ]
    .flatMap((words) => [words, words.replace(/[A-Z]{2,}/g, (word) => word.toLowerCase())])
    .join('|')})`,
)

/** SQL stands where it belongs: as text, as a tagged template, through drizzle or through the driver. */
export const sqlWhereItBelongs: Rule = (files) =>
  code(files)
    .filter(holdsNoSql)
    .flatMap(({ path, text }) => [
      ...matches(path, codeOnly(text), /(?<!\w)(?:sql|rawSql\(\))\s*(?:<[^`]*?>)?\s*`/, () => 'holds a tagged SQL template'),
      ...matches(
        path,
        codeOnly(text),
        /\b(?:rawSql|read)\s*\(\s*\)|\.\s*unsafe\s*\(|\btx\s*\.\s*(?:db|sql)\b/,
        (found) => `talks to the database: ${found}`,
      ),
      ...matches(path, withoutComments(text), STATEMENT, (found) => `holds SQL text: ${found}`),
      ...valueImports(path, text, /^(?:drizzle-orm|postgres|pg)(?:\/|$)/),
    ])

function valueImports(path: string, text: string, forbidden: RegExp): Violation[] {
  const found = new Bun.Transpiler({ loader: path.endsWith('x') ? 'tsx' : 'ts' }).scanImports(text)
  return found
    .filter(({ path: name }) => forbidden.test(name))
    .flatMap(({ path: name }) =>
      matches(path, withoutComments(text), new RegExp(`from\\s+['"]${RegExp.escape(name)}['"]`), () => `imports ${name}`).slice(0, 1),
    )
}

/** The schema probes write wrong rows on purpose, in a transaction that is rolled back: that is how they see the guards. */
const MONEY_PROBES = 'src/schema-verify/probes/guards.ts'
const MONEY_COLUMNS = 'balance_fen|ledger_seq|ledger_hash|total_recharged_fen|total_consumed_fen|total_refunded_fen'
const MONEY_FIELDS = 'balance|ledgerSeq|ledgerHash|totalRecharged|totalConsumed|totalRefunded'

/** Only the ledger writes the journal or a balance. The database refuses everybody else; this finds it before it runs. */
export const oneDoorForMoney: Rule = (files) =>
  code(files)
    .filter((file) => !inFolder('src/ledger', 'drizzle', 'tests')(file) && file.path !== MONEY_PROBES)
    .flatMap(({ path, text }) => {
      const spoken = withoutComments(text)
      return [
        ...matches(
          path,
          spoken,
          /\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|COPY|TRUNCATE|MERGE\s+INTO)\s+"?transaction_records\b/i,
          () => 'writes transaction_records',
        ),
        ...matches(path, spoken, /\.\s*(?:insert|update|delete)\s*\(\s*transactionRecords\b/, () => 'writes transaction_records'),
        ...matches(
          path,
          spoken,
          new RegExp(`\\bUPDATE\\s+"?operator_accounts\\b[^\`;]*?\\bSET\\b(?:(?!\\bWHERE\\b)[^\`;])*?\\b(?:${MONEY_COLUMNS})\\s*=`, 'i'),
          () => 'writes a balance',
        ),
        ...matches(
          path,
          spoken,
          new RegExp(`\\bINSERT\\s+INTO\\s+"?operator_accounts\\b[^)\`]*\\b(?:${MONEY_COLUMNS})\\b`, 'i'),
          () => 'writes a balance',
        ),
        ...balancesSet(path, codeOnly(text)),
      ]
    })

/** The argument of `(operatorAccounts).set(…)` or `.values(…)`, as far as it is written there, names a column of money. */
function balancesSet(path: string, text: string): Violation[] {
  return [...text.matchAll(/\(\s*operatorAccounts\s*\)\s*\.\s*(?:set|values)\s*\(/g)]
    .filter((found) => new RegExp(`(?<![.\\w])(?:${MONEY_FIELDS})\\s*[:,}]`).test(argument(text, found.index + found[0].length)))
    .map((found) => ({ path, line: lineAt(text, found.index), text: 'writes a balance' }))
}

/** From behind an opening bracket to the one that closes it. */
function argument(text: string, from: number): string {
  let depth = 1
  let at = from
  for (; at < text.length && depth > 0; at++) {
    if (text[at] === '(') depth++
    else if (text[at] === ')') depth--
  }
  return text.slice(from, at)
}

/** Raw markup has one audited place; nothing in a page is ever evaluated as script. */
export const noScriptInViews: Rule = (files) =>
  code(files)
    .filter(inFolder('views'))
    .flatMap(({ path, text }) => {
      const spoken = withoutComments(text)
      const raw =
        path === 'views/components/json-script.tsx' ? [] : matches(path, spoken, /dangerouslySetInnerHTML/, () => 'writes raw markup')
      return [
        ...raw,
        ...matches(path, spoken, /\bhx-on\b|['"]hx-on/, () => 'hx-on is evaluated as script'),
        ...matches(path, spoken, /['"`{:]\s*(?:js|javascript)\s*:(?!\s*(?:true|false)\b)/i, (found) => `script in a value: ${found}`),
        ...matches(path, spoken, /hx-trigger[\w:-]*['"]?\s*[=:]\s*\{?\s*['"`][^'"`]*\[/, () => 'a trigger filter is evaluated as script'),
        ...matches(
          path,
          spoken,
          /\bon(?:click|submit|load|change|input|error|focus|blur|key\w+|mouse\w+)\s*=/i,
          (found) => `a handler in markup: ${found}`,
        ),
      ]
    })

const BARREL = 'drizzle/schema/index.ts'

/** A name is imported from where it lives. */
export const noBarrels: Rule = (files) =>
  code(files)
    .filter(({ path }) => path !== BARREL)
    .flatMap(({ path, text }) => [
      ...matches(
        path,
        codeOnly(text),
        /\bexport\s+(?:type\s+)?(?:\*|\{[^}]*\})(?:\s+as\s+\w+)?\s+from\b/,
        () => 'passes on what lives elsewhere',
      ),
      ...(/(^|\/)index\.tsx?$/.test(path) ? [{ path, line: 1, text: 'is called index: name it by what it holds' }] : []),
      ...passedOn(path, text),
    ])

/** `import { A } …` with `export { A }` is a barrel in two lines. */
function passedOn(path: string, text: string): Violation[] {
  const imported = new Set(
    [...codeOnly(text).matchAll(/\bimport\s+(?:type\s+)?(?:\w+\s*,\s*)?\{([^}]*)\}/g)].flatMap(([, names]) => namesOf(names!)),
  )
  return [...codeOnly(text).matchAll(/\bexport\s+(?:type\s+)?\{([^}]*)\}(?!\s*from)/g)]
    .filter(([, names]) => namesOf(names!).some((name) => imported.has(name)))
    .map((found) => ({ path, line: lineAt(text, found.index), text: `passes on what lives elsewhere: ${found[0]}` }))
}

const namesOf = (list: string): string[] =>
  list
    .split(',')
    .map((name) =>
      name
        .replace(/\btype\b/, '')
        .split(/\bas\b/)[0]!
        .trim(),
    )
    .filter(Boolean)

/** Nobody silences a check without saying why, and nobody leaves the types. */
export const noSilencing: Rule = (files) =>
  files
    .filter(({ path }) => /\.(tsx?|js|css)$/.test(path))
    .flatMap(({ path, text }) => [
      ...matches(path, codeOnly(text), /\bas\s+any\b|<any>|:\s*any\b/, (found) => `leaves the types: ${found}`),
      ...commentMatches(path, text, /@ts-(?:ignore|nocheck|expect-error)/, (found) => `silences the compiler: ${found}`),
      ...commentMatches(
        path,
        text,
        /biome-ignore(?!(?:-all|-start|-end)?\s+[\w/]+(?:\([^)]*\))?\s*:\s*\S{2,}\s+\S)[^\n]*/,
        () => 'silences biome without a reason',
      ),
    ])

/** Words that count only where they stand in a comment; a string may say anything. */
function commentMatches(path: string, text: string, pattern: RegExp, words: (found: string) => string): Violation[] {
  const spoken = withoutComments(text)
  const comments = [...text].map((letter, index) => (letter === '\n' || spoken[index] === ' ' ? letter : ' ')).join('')
  return matches(path, comments, pattern, words)
}

/** Written so that this file does not break its own rule. */
const UNFINISHED = new RegExp(`\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`)

/** What is not done is not here: it belongs to its step or to an issue. */
export const nothingUnfinished: Rule = (files) =>
  files.flatMap(({ path, text }) => matches(path, text, UNFINISHED, (found) => `says ${found}`))

/** The project stands alone: a path of somebody's machine means nothing on the next one. Tests may make up a home. */
export const noForeignPaths: Rule = (files) =>
  files.flatMap(({ path, text }) => {
    const tops = inFolder('tests')({ path }) ? 'Users|work' : 'Users|work|home|root'
    return matches(path, text, new RegExp(`(?<![\\w./}-])/(?:${tops})/[\\w.-]+`), (found) => `names a path of one machine: ${found}`)
  })

const code = (files: SourceFile[]): SourceFile[] => files.filter(isCode)

/** One sign for the yuan, U+00A5: the wide one beside it would look like another currency, and stands apart from its digits. */
export const oneYuanSign: Rule = (files) =>
  files
    .filter(inFolder('src', 'views', 'drizzle', 'workers'))
    .flatMap(({ path, text }) => matches(path, text, /\uFFE5/, () => 'has the wide sign for the yuan, not U+00A5'))
