import { ilike, or, type SQL } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'

/** Rows in which one of the columns contains the text, without regard to case; `%` and `_` are letters like any other. No text: all rows. */
export function contains(columns: PgColumn[], text: string): SQL | undefined {
  if (text === '') return undefined
  return or(...columns.map((column) => ilike(column, likePattern(text))))
}

/** The pattern of "contains", for ILIKE. */
export const likePattern = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`
