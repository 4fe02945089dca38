import * as v from 'valibot'
import { bareUuid, calendarDay, text, yuanBetween } from '#src/core/fields'
import { type Money, parseYuan, plus, times, ZERO } from '#src/core/money'
import type { OfficeForm } from '#src/core/office'
import type { FieldFault } from '#src/core/problem'
import { addDays, type BusinessDay, daysBetween, startOfDay } from '#src/core/time'
import { say, validate } from '#src/core/validation'
import { type Field, FORMS, MOST_ITEMS, WORK_STATES } from './forms'

/** What a person has typed: names of entries to text, items as `items.0.name`. */
export type Typed = Record<string, string>

/** A form that is whole, as its table takes it. */
export type Filled = {
  columns: Record<string, string | number | bigint | null>
  amount: Money | null
  receiverId: string | null
}

export type Setting = { today: BusinessDay; applicantId: string; memberIds: ReadonlySet<string> }
export type Checked = { ok: true; value: Filled } | { ok: false; faults: FieldFault[] }

const LONGEST = 600

/** Of everything that was sent, what belongs to the form; drafts keep it as it is, whole or not. */
export function typedOf(form: OfficeForm, sent: Typed): Typed {
  const names = FORMS[form].fields.flatMap((field) =>
    field.kind === 'items'
      ? Array.from({ length: MOST_ITEMS }, (_, at) => itemColumns(field.of).map((column) => `${field.name}.${at}.${column}`)).flat()
      : [field.name],
  )
  const given = ['chosen', ...names].flatMap((name) => (sent[name] ? [[name, sent[name].slice(0, LONGEST)] as const] : []))
  return Object.fromEntries(given)
}

const itemColumns = (of: 'goods' | 'work') => (of === 'goods' ? ['name', 'quantity', 'price'] : ['name', 'state'])

/** The rows of items that somebody has begun. */
export function itemRows(field: Extract<Field, { kind: 'items' }>, typed: Typed): Typed[] {
  const rows = Array.from({ length: MOST_ITEMS }, (_, at) =>
    Object.fromEntries(itemColumns(field.of).map((column) => [column, typed[`${field.name}.${at}.${column}`]?.trim() ?? ''])),
  )
  return rows.filter((row) => row.name !== '' || (row.quantity ?? '') !== '' || (row.price ?? '') !== '')
}

/** A form for submission: every fault at once, or the columns of its table. */
export function filledIn(form: OfficeForm, typed: Typed, setting: Setting): Checked {
  const columns: Filled['columns'] = {}
  const faults: FieldFault[] = []
  let amount: Money | null = null
  for (const field of FORMS[form].fields) {
    const checked = field.kind === 'items' ? checkedItems(field, typed) : checkedField(field, typed[field.name]?.trim() ?? '', setting)
    if (!checked.ok) {
      faults.push(...checked.faults)
      continue
    }
    columns[field.column] = checked.value
    if (field.kind === 'yuan') amount = checked.value as Money
  }
  if (form === 'caigou' && faults.length === 0) {
    amount = totalOf(typed)
    columns.amount_fen = amount
  }
  faults.push(...(faults.length === 0 ? together(form, columns) : []))
  return faults.length > 0 ? { ok: false, faults } : { ok: true, value: { columns, amount, receiverId: receiverIn(columns) } }
}

const receiverIn = ({ receiver_id: id }: Filled['columns']): string | null => (typeof id === 'string' ? id : null)

type Value = { ok: true; value: string | number | bigint | null } | { ok: false; faults: FieldFault[] }
const wrong = (field: string, zh: string, en: string): Value => ({ ok: false, faults: [{ field, message: { zh, en } }] })

function checkedField(field: Exclude<Field, { kind: 'items' }>, given: string, setting: Setting): Value {
  if (given === '') return field.optional ? { ok: true, value: null } : wrong(field.name, '不能为空', 'is required')
  const checked = validate(v.object({ [field.name]: schemaOf(field) }), { [field.name]: given })
  if (!checked.ok) return checked
  const value = checked.value[field.name] as string | number | bigint
  if (field.kind === 'day' && field.past === 'only' && value > setting.today)
    return wrong(field.name, '不能晚于今天', 'must not be later than today')
  if (field.kind === 'day' && field.past === 'never' && value < setting.today)
    return wrong(field.name, '不能早于今天', 'must not be earlier than today')
  if (field.kind !== 'person') return { ok: true, value }
  if (value === setting.applicantId) return wrong(field.name, '不能是本人', 'must be somebody else')
  return setting.memberIds.has(String(value)) ? { ok: true, value } : wrong(field.name, '没有此人或已停用', 'is nobody who works here')
}

const halfDays = v.pipe(
  v.string(),
  v.regex(/^\d{1,3}(\.[05])?$/, say('须为 0.5 的倍数，例如 1.5', 'must be a multiple of 0.5, such as 1.5')),
  v.transform((given) => Number(given) * 2),
  v.check((half) => half >= 1, say('至少半天', 'must be at least half a day')),
)
const digits = v.pipe(v.string(), v.regex(/^\d{5,34}$/, say('须为 5–34 位数字', 'must be 5 to 34 digits')))

function schemaOf(field: Exclude<Field, { kind: 'items' }>): v.GenericSchema {
  if (field.kind === 'choice') return v.picklist(field.options, say('请选择一项', 'must be one of the list'))
  if (field.kind === 'yuan') return yuanBetween(field.min, field.max)
  if (field.kind === 'day') return calendarDay
  if (field.kind === 'half_days') return halfDays
  if (field.kind === 'person') return bareUuid
  return field.digits ? digits : text(field.min, field.max)
}

const Goods = v.object({
  name: text(1, 60),
  quantity: v.pipe(v.string(), v.regex(/^[1-9]\d{0,4}$/, say('须为 1–99999 的整数', 'must be a whole number from 1 to 99999'))),
  price: yuanBetween('0.01', '999999.99'),
})
const Work = v.object({ name: text(1, 100), state: v.picklist(WORK_STATES, say('请选择一项', 'must be one of the list')) })

function checkedItems(field: Extract<Field, { kind: 'items' }>, typed: Typed): Value {
  const rows = itemRows(field, typed)
  if (rows.length === 0) return wrong(field.name, '至少填写一行', 'needs at least one row')
  const checked = rows.map((row) => (field.of === 'goods' ? validate(Goods, row) : validate(Work, row)))
  const faults = checked.flatMap((one, at) =>
    one.ok ? [] : one.faults.map(({ message }) => ({ field: field.name, message: inRow(at + 1, message) })),
  )
  if (faults.length > 0) return { ok: false, faults: faults.slice(0, 1) }
  const kept = rows.map((row) =>
    field.of === 'goods'
      ? { name: row.name, quantity: Number(row.quantity), price_fen: String(parseYuan(row.price!)!) }
      : { name: row.name, state: row.state },
  )
  return { ok: true, value: JSON.stringify(kept) }
}

const inRow = (row: number, { zh, en }: FieldFault['message']) => ({ zh: `第 ${row} 行：${zh}`, en: `row ${row}: ${en}` })

/** Of goods whose rows are right; rows that are not yet count as nothing. */
export function totalOf(typed: Typed): Money {
  const field = FORMS.caigou.fields.find((one) => one.kind === 'items')!
  return itemRows(field, typed).reduce((sum, { quantity = '', price = '' }) => {
    const unit = parseYuan(price)
    return unit !== undefined && /^[1-9]\d{0,4}$/.test(quantity) ? plus(sum, times(unit, Number(quantity))) : sum
  }, ZERO)
}

/** What entries have to say to each other. */
function together(form: OfficeForm, columns: Filled['columns']): FieldFault[] {
  if (form === 'caigou' && (columns.amount_fen as bigint) > 9_999_999_999n)
    return [{ field: 'items', message: { zh: '合计不能超过 99,999,999.99 元', en: 'may not come to more than 99,999,999.99 yuan' } }]
  if (form !== 'qingjia') return []
  const { from_on: from, to_on: to, half_days: half } = columns as { from_on: string; to_on: string; half_days: number }
  if (to < from) return [{ field: 'to_on', message: { zh: '不能早于开始日期', en: 'must not be before the first day' } }]
  // A year is more than anybody is away; it also bounds the count below.
  if (addDays(startOfDay(from), 366) < startOfDay(to)) return [{ field: 'to_on', message: { zh: '最长一年', en: 'at most one year' } }]
  const span = daysBetween(startOfDay(from), startOfDay(to)).length
  if (half > 2 * span) return [{ field: 'days', message: { zh: `最多 ${span} 天`, en: `at most ${span} days` } }]
  return []
}
