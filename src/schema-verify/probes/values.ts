import { is } from 'drizzle-orm'
import { getTableConfig, PgArray, type PgColumn, PgTable } from 'drizzle-orm/pg-core'
import * as schema from '#drizzle/schema'
import type { Transaction } from '#src/platform/database'
import { BY_CONSTRAINT, type Probe } from './probe'
import { type Row, SAMPLES, type Sample, type World } from './samples'
import { DESK_SAMPLES } from './samples-desk'
import { MONEY_SAMPLES } from './samples-money'

const ALL_SAMPLES: Record<string, Sample> = { ...SAMPLES, ...MONEY_SAMPLES, ...DESK_SAMPLES }
/** Journals: the product's own code tries each way that they may be written. */
const JOURNALS = ['transaction_records', 'wallet_transactions']
/** No column of the product has this value. */
const WRONG = 'probe_wrong'

export const insert = (tx: Transaction, table: string, row: Row) =>
  tx.sql`INSERT INTO ${tx.sql(table)} ${tx.sql(row as Record<string, never>)}`

type Listed = { table: string; column: string; values: readonly string[]; isArray: boolean }

/** Every column of drizzle/schema whose values the code lists: roles, grades, tiers, states, channels, kinds. */
export function listedColumns(): Listed[] {
  const tables = Object.values(schema).filter((value) => is(value, PgTable)) as PgTable[]
  return tables.flatMap((table) => {
    const { name, columns } = getTableConfig(table)
    return columns.flatMap((column) => {
      const isArray = is(column, PgArray)
      const values = (isArray ? (column as unknown as { baseColumn: PgColumn }).baseColumn : column).enumValues
      return values && values.length > 0 ? [{ table: name, column: snake(column.name), values, isArray }] : []
    })
  })
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** Columns that have no sample. */
export const unsampledColumns = (): string[] =>
  listedColumns().flatMap(({ table, column }) => (table in ALL_SAMPLES || JOURNALS.includes(table) ? [] : [`${table}.${column}`]))

/** Each value of each listed column has to be accepted in an otherwise good row, and one that nobody knows refused. */
export function valueProbes(world: World): Probe[] {
  return listedColumns().flatMap(({ table, column, values, isArray }) => {
    const sample = ALL_SAMPLES[table]
    if (!sample) return []
    const companions = sample.with?.(world) ?? {}
    const put = (value: string) => async (tx: Transaction) => {
      const besides = { ...companions[`${column}=*`], ...companions[`${column}=${value}`] }
      await insert(tx, table, { ...sample.row(world), ...besides, [column]: isArray ? `{${value}}` : value })
    }
    return [
      ...values.map((value): Probe => ({ name: `${table}.${column} takes ${value}`, isTwinFine: true, run: put(value) })),
      { name: `${table}.${column} takes nothing else`, refusedBy: BY_CONSTRAINT, run: put(WRONG) },
    ]
  })
}

/** A good row of a table, with some of its columns. */
export const sampleRow = (world: World, table: string, value = ''): Row => {
  const sample = ALL_SAMPLES[table]!
  return { ...sample.row(world), ...sample.with?.(world)[value] }
}
