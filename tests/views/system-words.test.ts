import { expect, test } from 'bun:test'
import { isPlainKey } from '#src/core/text'
import { SETTINGS } from '#src/settings/settings'
import { JOBS } from '#workers/schedule'

/** Names that come from data keep their code where nobody has named them; what this release brings itself has a name. */
const unnamed = (prefix: string, codes: Iterable<string>): string[] =>
  [...new Set(codes)].filter((code) => !isPlainKey(prefix + code)).sort()

const sources = async (pattern: string): Promise<string[]> => {
  const root = new URL('../../', import.meta.url).pathname
  return Promise.all([...new Bun.Glob(pattern).scanSync(root)].map((file) => Bun.file(root + file).text()))
}
/** `record(tx, { …, operation: 'x' })`, also of two, and `recordDesk(tx, 'x', …)`, where the first text is the operation. */
const OPERATION =
  /\brecord\(\s*tx,[^;`]*?operation: (?:\w+ \? '([a-z_]+)' : )?'([a-z_]+)'|\brecord(?:Desk|Review|Payout)\(\s*tx,[^'`;]*?'([a-z_]+)'/g
const ALERT = /\bkind: '([a-z_]+)', subject\b/g
const found = (texts: string[], pattern: RegExp) =>
  texts.flatMap((text) => [...text.matchAll(pattern)].flatMap(([, ...codes]) => codes.filter((code) => code !== undefined)))

test('every operation that is recorded has a name in the audit log', async () => {
  const operations = found(await sources('src/**/*.ts'), OPERATION)
  expect(operations).toContain('refund_retry')
  expect(operations).toContain('config_update')
  expect(unnamed('audit.op.', operations)).toEqual([])
})

test('every kind of alert has a name', async () => {
  const kinds = found(await sources('{src,workers}/**/*.ts'), ALERT)
  expect(kinds).toContain('anomaly_lock')
  expect(unnamed('alerts.kind.', kinds)).toEqual([])
})

test('every setting has a name and a line of words', () => {
  expect(unnamed('settings.key.', Object.keys(SETTINGS))).toEqual([])
  expect(unnamed('settings.hint.', Object.keys(SETTINGS))).toEqual([])
})

test('every job has a line of words', () => {
  expect(
    unnamed(
      'jobs.what.',
      JOBS.map(({ name }) => name),
    ),
  ).toEqual([])
})
