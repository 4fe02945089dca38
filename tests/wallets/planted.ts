import type { Mutant } from '#tests/model/planted'

const MODEL = 'tests/wallets/model.test.ts'
const MOVES = 'tests/wallets/moves.test.ts'
const ACCESS = 'tests/wallets/access.test.ts'
const DECIDE = 'src/wallets/decide.ts'
const WORLD = 'src/wallets/world.ts'
const STATEMENT = 'src/wallets/statement.ts'
const MIGRATION = 'drizzle/migrations/0029_wallets.sql'

const mutant = (name: string, test: string, file: string, from: string, to: string): Mutant => ({
  name,
  tests: [test],
  changes: [{ file, from, to }],
})

/** Faults that wallets could have, each with the test that must notice. */
export const WALLET_MUTANTS: Mutant[] = [
  mutant('an overdraft is let through', MODEL, DECIDE, 'if (available >= amount) return', 'if (available >= amount - 1n) return'),
  mutant(
    'a wallet is not carried inside a batch',
    'tests/wallets/decide.test.ts',
    DECIDE,
    'for (const [id, wallet] of touched) desk.wallets.set(id, wallet)',
    '',
  ),
  mutant(
    'a replay does not compare what was asked',
    MODEL,
    DECIDE,
    'if (known.requestHash === call.requestHash) return',
    'if (known) return',
  ),
  mutant('a twin in the same batch moves again', MODEL, DECIDE, 'desk.operations.set(keyOf(call), done.operation)', ''),
  mutant('a key is one for all platforms', MODEL, DECIDE, "'idempotencyKey'>): string => `$", "'idempotencyKey'>): string => `"),
  mutant('a player is one for all platforms', MODEL, DECIDE, 'userId: string): string => `$', 'userId: string): string => `'),
  mutant('a freeze is released twice', MODEL, DECIDE, "if (open === 0n) throw brokenRule('ALREADY_PROCESSED', 'freezeId')", ''),
  mutant('more is released than was frozen', MODEL, DECIDE, 'if (amount > open) throw', 'if (amount > open + 100n) throw'),
  mutant(
    'what a transfer paid from a freeze is not counted',
    MODEL,
    WORLD,
    "followers.filter(({ kind }) => kind !== 'reversal')",
    "followers.filter(({ kind }) => kind === 'release')",
  ),
  mutant(
    'a reversal is done twice',
    MODEL,
    DECIDE,
    "if (desk.reversed.has(operation.id)) throw brokenRule('ALREADY_PROCESSED', 'transactionId')",
    '',
  ),
  mutant('a reversal forgets the other side', MODEL, DECIDE, 'const moves = rows\n', 'const moves = rows\n    .slice(0, 1)\n'),
  mutant(
    'a reversal gives a release back too',
    MODEL,
    DECIDE,
    '.filter(({ kind }) => REVERSIBLE.includes(kind))',
    ".filter(({ kind }) => kind !== 'freeze')",
  ),
  mutant('nothing comes back in a trade', MODEL, DECIDE, 'if (act.inReturn) {', 'if (act.inReturn && act.inReturn.amount < 0n) {'),
  mutant(
    'a freeze pays for somebody else',
    MODEL,
    DECIDE,
    "operation.kind !== 'freeze' || operation.walletId !== walletId || operation.currency !== currency",
    "operation.kind !== 'freeze' || operation.currency !== currency",
  ),
  mutant(
    'a foreign platform reaches an operation',
    MOVES,
    DECIDE,
    'if (!target || target.operation.platform !== platform) throw',
    'if (!target) throw',
  ),
  mutant('what is frozen can be spent', MODEL, STATEMENT, "kind === 'freeze' ? amount", "kind === 'freeze' ? 0n"),
  mutant('the hash forgets the amount', 'tests/wallets/guards.test.ts', STATEMENT, '    entry.amount,\n', ''),
  mutant('the chain does not go on', MODEL, STATEMENT, 'prevHash: wallet.hash,', "prevHash: '0'.repeat(64),"),
  mutant('wallets are not locked', MODEL, WORLD, 'ORDER BY w.id FOR NO KEY UPDATE`', 'ORDER BY w.id`'),
  mutant(
    'the database takes a row that starts from a wrong balance',
    'tests/wallets/guards.test.ts',
    MIGRATION,
    '     OR n.balance_before <> coalesce(n.last_balance,\n',
    '     OR n.balance_before < 0 * coalesce(n.last_balance,\n',
  ),
  mutant(
    'a signature is not looked at',
    ACCESS,
    'src/wallets/partner-call.ts',
    'if (signature === null || !isSignedBy(',
    'if (signature === null || isSignedBy(',
  ),
  mutant(
    'a scope is not looked at',
    ACCESS,
    'src/wallets/partner-call.ts',
    "if (!partner.scopes.includes(scope)) throw new Problem('PERMISSION_DENIED', { required: scope })",
    '',
  ),
  mutant(
    'a key that has run out goes on',
    ACCESS,
    'src/wallets/partners.ts',
    'previous_key_valid_until > ',
    'previous_key_valid_until <> ',
  ),
]
