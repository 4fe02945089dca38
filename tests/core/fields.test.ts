import { describe, expect, test } from 'bun:test'
import * as v from 'valibot'
import { parseCredentials } from '#src/authorize/input'
import { parseSessionId } from '#src/authorize/session-id'
import { bareUuid, email, idOf, isoInstant, newPassword, pageQuery, phone, text, username, yuanBetween } from '#src/core/fields'
import { type IdKind, newId, parseId, showId } from '#src/core/ids'
import { parseYuan } from '#src/core/money'
import { validate, validateBody } from '#src/core/validation'

const ok = (schema: v.GenericSchema, value: unknown): boolean => validate(schema, value).ok

/** The prefixes of API 1, written down a second time. */
const PREFIXES: Record<IdKind, string> = {
  operator: 'op',
  site: 'site',
  application: 'app',
  authorization: 'auth',
  request: 'req',
  usage: 'usage',
  transaction: 'txn',
  order: 'ord',
  refund: 'refund',
  invoice: 'inv',
  message: 'msg',
  announcement: 'ann',
  report: 'rpt',
  log: 'log',
  admin: 'admin',
  finance: 'fin',
  export: 'exp',
  difference: 'diff',
  adjustment: 'adj',
  partner: 'ptn',
  case: 'case',
}
const kinds = Object.keys(PREFIXES) as IdKind[]

describe('ids', () => {
  test('are UUIDv7: of this moment, in order, never the same', () => {
    const ids = Array.from({ length: 1_000 }, newId)
    expect(new Set(ids).size).toBe(1_000)
    expect(ids.toSorted()).toEqual(ids)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
  test.each(kinds)('of %s are shown with their prefix and read with or without it, in any case of hex', (kind) => {
    const id = newId()
    expect(showId(kind, id)).toBe(`${PREFIXES[kind]}_${id}`)
    for (const written of [showId(kind, id), id, id.toUpperCase(), `${PREFIXES[kind]}_${id.toUpperCase()}`])
      expect(parseId(kind, written)).toBe(id)
    for (const other of kinds) if (other !== kind) expect(parseId(kind, showId(other, id))).toBeUndefined()
  })
  test.each(['', 'op_', 'op_op_', ' ', 'OP_', 'op'])('with %p in front: a well-formed rest is needed all the same', (prefix) => {
    if (prefix !== '' && prefix !== 'op_') expect(parseId('operator', prefix + newId())).toBeUndefined()
    for (const wrong of [
      '1',
      'null',
      newId().slice(1),
      `${newId()}0`,
      `${newId()}\n`,
      newId().replaceAll('-', ''),
      newId().replace('-', '–'),
      `{${newId()}}`,
    ]) {
      expect(parseId('operator', prefix + wrong)).toBeUndefined()
    }
  })
})

describe('text', () => {
  const name = text(2, 5)
  test.each(['ab', '星空', '  星空  ', '😀😀', 'a\tb', '👨‍👩', 'a\nb'])('%p is taken', (value) => expect(ok(name, value)).toBe(true))
  test.each(['a', ' a ', '', '123456', 'a\0b', 'a\u001bb', '\ud800ab', 'a\u007f', 1, null, undefined, [['ab']], {}])('%p is not', (value) =>
    expect(ok(name, value)).toBe(false),
  )
  test('is counted in characters, not in units', () => {
    expect(ok(text(1, 3), '😀😀😀')).toBe(true)
    expect(ok(text(1, 3), '😀😀😀😀')).toBe(false)
  })
})

describe('a time', () => {
  test.each(['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.1Z', '2024-02-29T23:59:59.999+08:00', '2026-01-01T00:00:00-12:00'])(
    '%s is one',
    (value) => expect(ok(isoInstant, value)).toBe(true),
  )
  test.each([
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:60Z',
    '2026-01-01T00:00:00',
    '2026-01-01',
    '2026-01-01 00:00:00Z',
    '2026-01-01T00:00:00+99:99',
    '1767225600',
    '',
    'now',
  ])('%p is none', (value) => expect(ok(isoInstant, value)).toBe(false))
})

test.each([
  [username, ['abc', 'A_9', 'x'.repeat(20)], ['ab', 'x'.repeat(21), 'a b', 'ab\n', 'аbc', 'a-b', '', 'abc ']],
  [phone, ['13800138000', '19999999999'], ['12800138000', '1380013800', '138001380000', '+8613800138000', '１3800138000', '13800138000\n']],
  [
    email,
    ['a@b.cn', 'a.b+c@d-e.example.com', ' a@b.cn '],
    ['a@b', '@b.cn', 'a@b..cn', 'a b@c.cn', 'a@b.cn, c@d.cn', '<a@b.cn>', `${'a'.repeat(65)}@b.cn`, 'a\r\nBcc: x@y.cn'],
  ],
  [
    newPassword,
    ['Passw0rd', `Aa1${'x'.repeat(29)}`],
    ['passw0rd', 'PASSW0RD', 'Password', 'Pass0rd', `Aa1${'x'.repeat(30)}`, 'Passw0r\ud800'],
  ],
  [yuanBetween('10.00', '20.00'), ['10', '20.00', '15.5'], ['9.99', '20.01', '1e1', ' 15', '', '15.001']],
  [bareUuid, [newId(), newId().toUpperCase()], ['', 'x', `op_${newId()}`, `${newId()} `]],
] as [v.GenericSchema, string[], string[]][])('the field takes what the contract says and nothing else (%#)', (schema, good, bad) => {
  for (const value of good) expect([value, ok(schema, value)]).toEqual([value, true])
  for (const value of bad) expect([value, ok(schema, value)]).toEqual([value, false])
  for (const value of [null, undefined, 15, true, [], {}]) expect(ok(schema, value)).toBe(false)
})

describe('no pattern can be made to work hard', () => {
  const long = 50_000
  const HOSTILE = [
    'a'.repeat(long),
    '1'.repeat(long),
    `${'a.'.repeat(long / 2)}!`,
    `a@${'a.'.repeat(long / 2)}`,
    `${'@'.repeat(long)}`,
    ' '.repeat(long),
    `${'-'.repeat(long)}x`,
    `op_${'0'.repeat(long)}`,
    `1${'0'.repeat(long)}.00x`,
    `2026-${'01-'.repeat(long / 3)}`,
    `${'\t '.repeat(long / 2)}x`,
    '，'.repeat(long),
  ]
  const READERS: Record<string, (value: string) => unknown> = {
    id: (value) => parseId('operator', value),
    money: parseYuan,
    session: parseSessionId,
    credentials: (value) => parseCredentials({ get: () => value } as unknown as Headers),
    ...Object.fromEntries(
      Object.entries({
        username,
        phone,
        email,
        newPassword,
        isoInstant,
        bareUuid,
        text: text(2, 50),
        id: idOf('site'),
        yuan: yuanBetween('1', '2'),
        page: v.object(pageQuery),
      }).map(([name, schema]) => [
        name,
        (value: string) => validate(schema as v.GenericSchema, name === 'page' ? { page: value, page_size: value } : value),
      ]),
    ),
  }
  test.each(Object.entries(READERS))('%s reads 50 kB of anything in less than 10 ms', (_, read) => {
    for (const value of HOSTILE) {
      const times = [1, 2, 3].map(() => {
        const started = performance.now()
        read(value)
        return performance.now() - started
      })
      expect(Math.min(...times)).toBeLessThan(10)
    }
  })
})

describe('faults', () => {
  const Schema = v.strictObject({ name: text(2, 5), count: v.pipe(v.number(), v.integer()), on: v.boolean() })
  const bytes = (value: string) => new TextEncoder().encode(value)
  test('are named all at once, unknown fields included, each in both languages', () => {
    const result = validate(Schema, { name: 'a', count: 1.5, x: 1, y: 2 })
    expect(result).toEqual({
      ok: false,
      faults: expect.arrayContaining([
        { field: 'name', message: { zh: '至少2个字符', en: 'needs at least 2 characters' } },
        { field: 'count', message: { zh: '须为整数', en: 'must be a whole number' } },
        { field: 'on', message: { zh: '不能为空', en: 'is required' } },
        { field: 'x', message: { zh: '未知字段', en: 'is not a known field' } },
        { field: 'y', message: { zh: '未知字段', en: 'is not a known field' } },
      ]),
    } as never)
  })
  test('are bounded: 100,000 unknown fields are not all told', () => {
    const result = validateBody(
      Schema,
      bytes(JSON.stringify(Object.fromEntries(Array.from({ length: 100_000 }, (_, number) => [`f${number}`, 1])))),
    )
    expect(result.ok ? 0 : result.faults.length).toBeLessThan(30)
  })
  test.each(['', '[]', 'null', '1', '"x"', '{', '{"a":1}{"b":2}', '\ufeff'])('%p is no JSON object', (body) => {
    expect(validateBody(Schema, bytes(body))).toEqual({
      ok: false,
      faults: [{ field: 'body', message: { zh: '请求体须为JSON对象', en: 'must be a JSON object' } }],
    })
  })
})
