import { flushLog, log } from '#src/platform/log'

/** Logs what a client could have sent; a test reads the lines. */
const [kind] = Bun.argv.slice(2)
const FIELDS: Record<string, Record<string, unknown>> = {
  lines: { user_id: 'a\r\nlevel: error\n{"level":"error"}\u2028\u2029\u0085' },
  colours: { user_id: '\u001b[31mred\u001b[0m\u009b31m\u007f' },
  large: { user_id: 'x'.repeat(1_048_576), nested: { name: 'y'.repeat(1_048_576) }, error: new Error('z'.repeat(1_048_576)) },
  secrets: {
    password: 'canary-1',
    api_key: 'canary-2',
    apiKey: 'canary-3',
    signature: 'canary-4',
    nested: { token: 'canary-5', deep: { cookie: 'canary-6' } },
    authorization: 'canary-7',
  },
  odd: { big: 10n ** 30n, none: null, missing: undefined, surrogate: '\ud800', list: [1n, 'a\nb'], nul: 'a\0b' },
}
log('warn', 'hostile', FIELDS[kind!])
flushLog()
