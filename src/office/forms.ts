import type { OfficeForm } from '#src/core/office'

/** One thing that a form asks; its name is that of the form's entry and, with `column`, of its place in the table. */
export type Field = { name: string; column: string; optional?: boolean } & (
  | { kind: 'choice'; options: readonly string[] }
  | { kind: 'yuan'; min: string; max: string }
  | { kind: 'day'; past?: 'only' | 'never' }
  | { kind: 'half_days' }
  | { kind: 'text'; min: number; max: number; lines?: boolean; digits?: boolean }
  | { kind: 'person' }
  | { kind: 'items'; of: 'goods' | 'work' }
)

export type FormDeclaration = {
  form: OfficeForm
  /** Begins its numbers. */
  prefix: string
  table: string
  fields: readonly Field[]
}

export const MOST_ITEMS = 20
export const WORK_STATES = ['open', 'under_way', 'done'] as const

const description = (name: string): Field => ({ name, column: name, kind: 'text', min: 5, max: 500, lines: true })

/** The five forms (PRODUCT 10). All pages, tables and checks are made from these. */
export const FORMS: Readonly<Record<OfficeForm, FormDeclaration>> = {
  baoxiao: {
    form: 'baoxiao',
    prefix: 'BX',
    table: 'baoxiao_shenqing',
    fields: [
      {
        name: 'category',
        column: 'category',
        kind: 'choice',
        options: ['travel', 'transport', 'meals', 'supplies', 'entertainment', 'other'],
      },
      { name: 'amount', column: 'amount_fen', kind: 'yuan', min: '0.01', max: '999999.99' },
      { name: 'occurred_on', column: 'occurred_on', kind: 'day', past: 'only' },
      description('description'),
    ],
  },
  qingjia: {
    form: 'qingjia',
    prefix: 'QJ',
    table: 'qingjia_shenqing',
    fields: [
      { name: 'kind', column: 'kind', kind: 'choice', options: ['annual', 'personal', 'sick', 'compensatory', 'other'] },
      { name: 'from_on', column: 'from_on', kind: 'day' },
      { name: 'to_on', column: 'to_on', kind: 'day' },
      { name: 'days', column: 'half_days', kind: 'half_days' },
      description('reason'),
      { name: 'stand_in', column: 'stand_in_id', kind: 'person', optional: true },
    ],
  },
  caigou: {
    form: 'caigou',
    prefix: 'CG',
    table: 'caigou_shenqing',
    fields: [
      { name: 'items', column: 'items', kind: 'items', of: 'goods' },
      { name: 'supplier', column: 'supplier', kind: 'text', min: 2, max: 100 },
      { name: 'needed_on', column: 'needed_on', kind: 'day', past: 'never' },
      description('purpose'),
    ],
  },
  duiwai_fukuan: {
    form: 'duiwai_fukuan',
    prefix: 'FK',
    table: 'duiwai_fukuan_shenqing',
    fields: [
      { name: 'payee', column: 'payee', kind: 'text', min: 2, max: 100 },
      { name: 'bank', column: 'bank', kind: 'text', min: 2, max: 100 },
      { name: 'account', column: 'account', kind: 'text', min: 5, max: 34, digits: true },
      { name: 'amount', column: 'amount_fen', kind: 'yuan', min: '0.01', max: '99999999.99' },
      description('purpose'),
      { name: 'contract_no', column: 'contract_no', kind: 'text', min: 1, max: 64, optional: true },
      { name: 'due_on', column: 'due_on', kind: 'day', past: 'never' },
    ],
  },
  gongzuo_jiaojie: {
    form: 'gongzuo_jiaojie',
    prefix: 'JJ',
    table: 'gongzuo_jiaojie',
    fields: [
      { name: 'receiver', column: 'receiver_id', kind: 'person' },
      description('scope'),
      { name: 'items', column: 'items', kind: 'items', of: 'work' },
      { name: 'from_on', column: 'from_on', kind: 'day' },
    ],
  },
}
