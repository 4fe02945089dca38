import { describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { newId } from '#src/core/ids'
import { money } from '#src/core/money'
import { instant } from '#src/core/time'
import { GENESIS_HASH, type JournalRow, rowHash } from '#src/ledger/chain'
import { balanceSign, TRANSFERS, type TransferKind } from '#src/ledger/chart'
import { headAfter, journalRow, type LedgerHead } from '#src/ledger/transfer'

const AT = instant('2026-01-01T00:00:00.000Z')
const OPERATOR = '019b7a00-0000-7000-8000-000000000001'
const empty: LedgerHead = { id: OPERATOR, balance: money(0), ledgerSeq: 0n, ledgerHash: GENESIS_HASH }
const kinds = Object.keys(TRANSFERS) as TransferKind[]

/** What each declared kind does, written down a second time. */
const DECLARED: Record<TransferKind, [type: string, debit: string, credit: string, sign: number]> = {
  consumption: ['consumption', 'operator', 'revenue', -1],
  recharge: ['recharge', 'clearing:wechat', 'operator', 1],
  recharge_from_suspense: ['recharge', 'suspense', 'operator', 1],
  suspense: ['suspense', 'clearing:wechat', 'suspense', 0],
  suspense_return: ['suspense', 'suspense', 'clearing:wechat', 0],
  fee: ['fee', 'channel_fees', 'clearing:wechat', 0],
  refund: ['refund', 'operator', 'refund_payable', -1],
  refund_return: ['refund', 'refund_payable', 'operator', 1],
  refund_payout: ['refund_payout', 'refund_payable', 'clearing:wechat', 0],
  adjustment_in: ['adjustment', 'adjustments', 'operator', 1],
  adjustment_out: ['adjustment', 'operator', 'adjustments', -1],
}

test.each(kinds)('%s moves its amount between its two accounts and nothing else', (kind) => {
  const [type, debitAccount, creditAccount, sign] = DECLARED[kind]
  const head = { ...empty, balance: money(1_000), ledgerSeq: 4n }
  const row = journalRow(head, { kind, amount: money(300), channel: 'wechat', description: '测试' }, AT)
  expect(row).toMatchObject({
    type,
    debitAccount,
    creditAccount,
    seq: 5n,
    amount: 300n,
    balanceBefore: 1_000n,
    balanceAfter: BigInt(1_000 + 300 * sign),
  } as never)
  expect(balanceSign(row)).toBe(sign as never)
  expect(headAfter(row)).toEqual({ id: OPERATOR, balance: row.balanceAfter, ledgerSeq: 5n, ledgerHash: row.hash })
})

test.each(['recharge', 'refund_payout'] as const)('%s takes each channel, and needs one', (kind) => {
  const head = { ...empty, balance: money(1_000) }
  for (const channel of ['wechat', 'alipay', 'bank'] as const) {
    const row = journalRow(head, { kind, channel, amount: money(1), description: '测试' }, AT)
    expect([row.debitAccount, row.creditAccount]).toContain(`clearing:${channel}`)
  }
  expect(() => journalRow(head, { kind, amount: money(1), description: '测试' }, AT)).toThrow(RangeError)
  expect(() => journalRow(head, { kind, channel: 'cash' as never, amount: money(1), description: '测试' }, AT)).toThrow(RangeError)
})

describe('what is no transfer', () => {
  test.each([0, -1])('an amount of %d', (amount) => {
    expect(() =>
      journalRow({ ...empty, balance: money(5) }, { kind: 'adjustment_in', amount: money(amount), description: 'x' }, AT),
    ).toThrow(RangeError)
  })
  test('more than there is', () => {
    const head = { ...empty, balance: money(99) }
    expect(() => journalRow(head, { kind: 'adjustment_out', amount: money(100), description: 'x' }, AT)).toThrow(RangeError)
    expect(journalRow(head, { kind: 'adjustment_out', amount: money(99), description: 'x' }, AT).balanceAfter).toBe(0n as never)
  })
  test('a fraction of a fen', () => {
    expect(() => money(0.5)).toThrow(RangeError)
  })
})

describe('the hash of a row', () => {
  const row = journalRow(empty, { kind: 'adjustment_in', amount: money(1234), description: '开户赠送' }, AT)

  test('is the SHA-256 of the lines that the documents name', () => {
    const lines = [
      GENESIS_HASH,
      OPERATOR,
      '1',
      row.id,
      'adjustment',
      'adjustments',
      'operator',
      '1234',
      '0',
      '1234',
      '',
      '',
      '',
      '',
      '2026-01-01T00:00:00.000Z',
      '开户赠送',
    ]
    expect(row.hash).toBe(createHash('sha256').update(lines.join('\n')).digest('hex'))
    expect(row.prevHash).toBe('0'.repeat(64))
  })

  const changes: Partial<JournalRow> = {
    operatorId: newId(),
    seq: 2n,
    id: newId(),
    type: 'recharge',
    debitAccount: 'operator',
    creditAccount: 'revenue',
    amount: money(1235),
    balanceBefore: money(1),
    balanceAfter: money(1235),
    usageId: newId(),
    orderId: newId(),
    refundId: newId(),
    correctsId: newId(),
    description: '开户赠送 ',
    createdAt: instant(AT.getTime() + 1),
    prevHash: 'f'.repeat(64),
  }
  test.each(Object.keys(changes) as (keyof JournalRow)[])('covers %s', (field) => {
    expect(rowHash({ ...row, [field]: changes[field] })).not.toBe(row.hash)
  })
  test('covers every field but itself', () => {
    expect(Object.keys(changes).toSorted()).toEqual(
      Object.keys(row)
        .filter((key) => key !== 'hash')
        .toSorted(),
    )
  })
  test('tells apart which reference a row has', () => {
    const id = newId()
    const hashes = (['usageId', 'orderId', 'refundId', 'correctsId'] as const).map((field) => rowHash({ ...row, [field]: id }))
    expect(new Set(hashes).size).toBe(4)
  })
})

test('any run of transfers keeps seq dense, balance the sum, and each hash on the one before', () => {
  const step = fc.record({ kind: fc.constantFrom(...kinds), amount: fc.integer({ min: 1, max: 1_000 }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let head: LedgerHead = empty
      let sum = 0n
      for (const { kind, amount } of steps) {
        const sign = BigInt(DECLARED[kind][3])
        const transfer = { kind, amount: money(amount), channel: 'bank' as const, description: '测试' }
        if (sum + sign * BigInt(amount) < 0n) {
          expect(() => journalRow(head, transfer, AT)).toThrow(RangeError)
          continue
        }
        const row = journalRow(head, transfer, AT)
        sum += sign * BigInt(amount)
        expect([row.seq, row.prevHash, row.balanceBefore, row.balanceAfter]).toEqual([
          head.ledgerSeq + 1n,
          head.ledgerHash,
          head.balance,
          sum as never,
        ])
        head = headAfter(row)
      }
    }),
    { seed: 2026, numRuns: 300 },
  )
})
