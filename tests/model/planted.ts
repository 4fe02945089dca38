/** A fault in the product: pieces of source and what stands there instead, and the tests that must notice. */
export type Mutant = { name: string; changes: { file: string; from: string; to: string }[]; tests: string[] }

const MODEL = 'tests/model/model.test.ts'
const test = (name: string) => `tests/authorize/${name}.test.ts`
const DECIDE = 'src/authorize/decide.ts'
const COMMIT = 'src/authorize/commit-batch.ts'
const WORLD = 'src/authorize/world.ts'
const CALL = 'src/authorize/client-call.ts'

/** A mutant of one change. */
const mutant = (name: string, tests: string[], file: string, from: string, to: string): Mutant => ({
  name,
  tests,
  changes: [{ file, from, to }],
})

export const MUTANTS: Mutant[] = [
  mutant(
    'the balance is not carried inside a batch',
    [test('decide')],
    DECIDE,
    'account.head = headAfter(decision.journal)',
    'headAfter(decision.journal)',
  ),
  mutant(
    'a twin in the same batch is charged again',
    [test('decide')],
    DECIDE,
    'account.sessions.set(decision.usage.sessionId, decision.usage)',
    '',
  ),
  mutant(
    'a replay does not compare the request',
    [MODEL],
    DECIDE,
    'if (known.requestHash === call.requestHash) return',
    'if (known) return',
  ),
  mutant(
    'a known session is an error, not a replay',
    [MODEL],
    DECIDE,
    'if (known) return replay(call, known)',
    "if (known) return refuse(operator.id, 'SESSION_ID_CONFLICT')",
  ),
  {
    name: 'a refusal consumes the session id',
    tests: [MODEL],
    changes: [
      {
        file: DECIDE,
        from: '    return decision\n  })\n  return { decisions, buckets }\n}',
        to: "    if (decision.verdict === 'refused' && decision.problem.code === 'INSUFFICIENT_BALANCE') consumed.add(call.sessionText)\n    return decision\n  })\n  return { decisions, buckets }\n}\n\nconst consumed = new Set<string>()",
      },
      {
        file: DECIDE,
        from: '  const session = call.session\n',
        to: "  const session = call.session\n  if (consumed.has(call.sessionText)) return refuse(operator.id, 'SESSION_ID_CONFLICT')\n",
      },
    ],
  },
  mutant(
    "another operator's session id is taken",
    [MODEL],
    DECIDE,
    'if (session.operatorId !== operator.id)',
    'if (session.operatorId === undefined)',
  ),
  mutant('accounts are read without a lock', [test('concurrency')], 'src/ledger/lock.ts', ' : sql`FOR NO KEY UPDATE`', ' : sql``'),
  mutant('a game for exactly the balance is refused', [test('charge')], DECIDE, 'if (total > head.balance)', 'if (total >= head.balance)'),
  mutant(
    'the last player plays for free',
    [MODEL],
    DECIDE,
    'times(application.unitPrice, call.start.playerCount)',
    'times(application.unitPrice, Math.max(1, call.start.playerCount - 1))',
  ),
  {
    name: 'the answer leaves before COMMIT',
    tests: [MODEL],
    changes: [
      {
        file: COMMIT,
        from: "  const decisions = await transaction((tx) => decideAndWrite(tx, calls, patience, elapsed), { waitsForLocks: patience === 'long' })\n",
        to: "  const early = Promise.withResolvers<Map<Call, Decision>>()\n  const open = async (tx: Transaction) => {\n    const result = await decideAndWrite(tx, calls, patience, elapsed)\n    early.resolve(result)\n    await Bun.sleep(20)\n    return result\n  }\n  void transaction(open, { waitsForLocks: patience === 'long' }).catch(early.reject)\n  const decisions = await early.promise\n",
      },
    ],
  },
  mutant(
    'the timestamp window has one side',
    [MODEL],
    CALL,
    'Math.abs(at.getTime() / 1000 - timestampSeconds)',
    '(at.getTime() / 1000 - timestampSeconds)',
  ),
  mutant(
    'a stale timestamp is let through',
    [MODEL],
    'src/authorize/authorize.ts',
    'if (!signed.isSigned || !signed.isTimely)',
    'if (!signed.isSigned)',
  ),
  mutant(
    'the signature is not looked at',
    [test('signature')],
    'src/authorize/authorize.ts',
    'if (!signed.isSigned || !signed.isTimely)',
    'if (!signed.isTimely)',
  ),
  mutant(
    'one bad call fails its group',
    [test('concurrency')],
    COMMIT,
    "if (calls.length === 1) return [{ verdict: 'failed', error }]",
    "if (calls.length > 0) return calls.map(() => ({ verdict: 'failed', error }))",
  ),
  {
    name: 'the rate limit stands behind the balance',
    tests: [test('precedence')],
    changes: [
      { file: DECIDE, from: 'refuseAccount(operator) ?? refuseRate(operator, world, buckets)', to: 'refuseAccount(operator)' },
      {
        file: DECIDE,
        from: '  return charge(call, session, account, place.application, world.now)',
        to: "  const charged = charge(call, session, account, place.application, world.now)\n  return charged.verdict === 'refused' ? charged : (refuseRate(operator, world, buckets) ?? charged)",
      },
    ],
  },
  mutant('the seq of the journal has gaps', [MODEL], 'src/ledger/transfer.ts', 'seq: head.ledgerSeq + 1n', 'seq: head.ledgerSeq + 2n'),
  mutant(
    'the hash leaves the previous row out',
    [MODEL],
    'src/ledger/chain.ts',
    '    row.prevHash,\n    row.operatorId,',
    '    row.operatorId,',
  ),
  mutant('the hash leaves the amount out', ['tests/ledger/transfer.test.ts'], 'src/ledger/chain.ts', '    row.amount,\n', ''),
  mutant("another operator's site is taken", [MODEL], DECIDE, 'if (!site || site.operatorId !== operatorId)', 'if (!site)'),
  mutant(
    'an expired authorisation is taken',
    [MODEL],
    DECIDE,
    'if (grant.expiresAt && grant.expiresAt <= now)',
    'if (grant.expiresAt && grant.expiresAt < now && !now)',
  ),
  mutant('a revoked authorisation is taken', [MODEL], WORLD, ' AND g.revoked_at IS NULL', ''),
  mutant('a locked account may play', [MODEL], DECIDE, 'if (operator.isLocked)', 'if (operator.isLocked && !operator.id)'),
  mutant(
    'the price is remembered from an earlier game',
    [MODEL],
    WORLD,
    '    readApplications(tx, applicationIds),',
    '    ((globalThis as unknown as Record<string, Promise<Application[]>>)[applicationIds.join()] ??= readApplications(tx, applicationIds).then((rows) => rows)),',
  ),
  mutant(
    'the body is written anew before it is checked',
    [test('signature')],
    CALL,
    'path: rawPath(request), body }',
    'path: rawPath(request), body: Buffer.from(JSON.stringify(JSON.parse(Buffer.from(body).toString() || "0"))) }',
  ),
  mutant(
    'the path is signed without its query',
    [test('signature')],
    CALL,
    'path: rawPath(request), body }',
    "path: rawPath(request).split('?')[0]!, body }",
  ),
  mutant('the bucket is not kept', [test('rate-limits')], COMMIT, '    saveBuckets(tx, buckets),\n', ''),
  mutant('unknown fields are dropped in silence', [test('body')], 'src/authorize/input.ts', 'v.strictObject({ app_id', 'v.object({ app_id'),
  mutant(
    'a call leaves no row in the request log',
    [test('charge')],
    COMMIT,
    'calls.map((call, index) => logRow(call, decisions[index]!, at, durationUs))',
    '[]',
  ),
  mutant(
    'a session id never gets old',
    [test('session-id')],
    DECIDE,
    'world.sessionSkewSeconds * 1000)',
    'world.sessionSkewSeconds * 1_000_000_000)',
  ),
]
