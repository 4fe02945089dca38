import type { Sql, TransactionSql } from 'postgres'
import { CATEGORIES, FINANCE_GRADES, STAFF_ROLES } from '#drizzle/schema'
import { newId } from '#src/core/ids'

type Tx = TransactionSql<Record<string, never>>
type Probe = { name: string; expect: 'accepted' | 'refused'; run: (tx: Tx) => Promise<unknown> }

class Undo extends Error {}

/**
 * Tries what the code relies on, in one transaction that is rolled back: each role and tier must be accepted, each wrong state
 * refused. Finds what a fingerprint cannot, when expected and actual schema are wrong alike. Gives the names of failed probes.
 */
export async function runProbes(sql: Sql<Record<string, never>>): Promise<string[]> {
  const failed: string[] = []
  await sql
    .begin(async (tx) => {
      await tx`SELECT set_config('statement_timeout', '3s', true)`
      for (const probe of PROBES) if ((await outcome(tx as Tx, probe)) !== probe.expect) failed.push(`${probe.name}: not ${probe.expect}`)
      throw new Undo()
    })
    .catch((error) => {
      if (!(error instanceof Undo)) throw error
    })
  return failed
}

async function outcome(tx: Tx, probe: Probe): Promise<'accepted' | 'refused'> {
  try {
    await tx.savepoint(async (inner) => {
      await probe.run(inner as Tx)
      await inner`SET CONSTRAINTS ALL IMMEDIATE`
      throw new Undo()
    })
  } catch (error) {
    return error instanceof Undo ? 'accepted' : 'refused'
  }
  return 'accepted'
}

const staff = (tx: Tx, role: string, grade: string | null) => tx`
  INSERT INTO admin_accounts (id, username, name, password_hash, role, finance_grade, created_at, updated_at)
  VALUES (${newId()}, ${`probe-${role}-${grade ?? 'none'}`}, '探针', 'none', ${role}, ${grade}, now(), now())`

async function operator(tx: Tx, category = 'trial', balanceFen = 0): Promise<string> {
  const id = newId()
  await tx`INSERT INTO operator_accounts (id, username, name, phone, email, password_hash, api_key_cipher, api_key_version, api_key_sha256,
      api_key_generated_at, category, balance_fen, created_at, updated_at)
    VALUES (${id}, ${`probe_${id.slice(-12)}`}, '探针', '13800000000', 'probe@example.com', 'none', 'x', 1, sha256(${id}::text::bytea), now(), ${category},
      ${balanceFen}, now(), now())`
  return id
}

const journal = (tx: Tx, operatorId: string, seq: number, before: number, amount: number) => tx`
  INSERT INTO transaction_records (operator_id, seq, id, type, debit_account, credit_account, amount_fen, balance_before_fen, balance_after_fen,
    description, created_at, prev_hash, hash)
  VALUES (${operatorId}, ${seq}, ${newId()}, 'adjustment', 'adjustments', 'operator', ${amount}, ${before}, ${before + amount}, '探针', now(),
    decode(repeat('00', 32), 'hex'), sha256('probe'))`

const PROBES: Probe[] = [
  ...STAFF_ROLES.map(
    (role): Probe => ({
      name: `staff role ${role}`,
      expect: 'accepted',
      run: (tx) => staff(tx, role, role === 'finance' ? 'manager' : null),
    }),
  ),
  ...FINANCE_GRADES.map(
    (grade): Probe => ({ name: `finance grade ${grade}`, expect: 'accepted', run: (tx) => staff(tx, 'finance', grade) }),
  ),
  { name: 'finance without a grade', expect: 'refused', run: (tx) => staff(tx, 'finance', null) },
  ...CATEGORIES.map((category): Probe => ({ name: `operator tier ${category}`, expect: 'accepted', run: (tx) => operator(tx, category) })),
  { name: 'operator that starts with money', expect: 'refused', run: (tx) => operator(tx, 'trial', 100) },
  {
    name: 'balance changed without a journal row',
    expect: 'refused',
    run: async (tx) => tx`UPDATE operator_accounts SET balance_fen = balance_fen + 1 WHERE id = ${await operator(tx)}`,
  },
  { name: 'journal row that moves a balance', expect: 'accepted', run: async (tx) => journal(tx, await operator(tx), 1, 0, 100) },
  { name: 'journal row that leaves a gap', expect: 'refused', run: async (tx) => journal(tx, await operator(tx), 2, 0, 100) },
  { name: 'journal row from a wrong balance', expect: 'refused', run: async (tx) => journal(tx, await operator(tx), 1, 50, 100) },
  { name: 'change of a journal row', expect: 'refused', run: (tx) => tx`UPDATE transaction_records SET description = 'x'` },
  { name: 'removal of journal rows', expect: 'refused', run: (tx) => tx`DELETE FROM transaction_records` },
  { name: 'removal of audit rows', expect: 'refused', run: (tx) => tx`DELETE FROM audit_logs` },
]
