import { bareId, type Uuid } from '#src/core/ids'
import { rawSql } from '#src/platform/database'
import { likePattern } from '#src/platform/like'
import { sessionIdOf } from '#src/usage/filter'
import type { LedgerFilter } from './all-transactions'

type SoughtOperator = { id: Uuid; name: string; username: string }

/** What a word leads to: rows of the journal, or the operators it may mean. */
type Sought = { ids: Uuid[] } | { operators: SoughtOperator[] }

const MOST_OPERATORS = 20
const ID = /^(?:(?:txn|usage|ord|refund|op)_)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i

/** The filter with what was typed in it: some rows, or the operators that are meant. Nobody and nothing gives no rows. */
export async function withKeyword(filter: LedgerFilter, keyword: string): Promise<LedgerFilter> {
  if (keyword === '') return filter
  const sought = await soughtRows(keyword)
  if ('ids' in sought) return { ...filter, ids: sought.ids }
  const [only, ...more] = sought.operators
  if (!only) return { ...filter, ids: [] }
  if (more.length === 0 && filter.operatorId === undefined) return { ...filter, operatorId: only.id }
  const ids = sought.operators.map(({ id }) => id).filter((id) => filter.operatorId === undefined || id === filter.operatorId)
  return ids.length === 0 ? { ...filter, ids } : { ...filter, operatorId: undefined, operatorIds: ids }
}

/** An id of a row, of a game, an order or a refund, or a session leads to its rows; an operator's id or part of its name to the operator. */
async function soughtRows(keyword: string): Promise<Sought> {
  const session = sessionIdOf(keyword)
  const id = bareId(ID.exec(keyword)?.[1] ?? '')
  if (session)
    return {
      ids: await rowsOf(rawSql()`t.usage_id IN (SELECT id FROM usage_records WHERE session_id = ${session}
    AND operator_id = ${session.slice(3, 39)}::uuid)`),
    }
  if (!id) return { operators: await operatorsLike(keyword) }
  const [operator] = await rawSql()<SoughtOperator[]>`SELECT id, name, username FROM operator_accounts WHERE id = ${id}`
  if (operator) return { operators: [operator] }
  const sql = rawSql()
  const found = await Promise.all([
    rowsOf(sql`t.id = ${id}`),
    rowsOf(sql`t.usage_id = ${id}`),
    rowsOf(sql`t.order_id = ${id}`),
    rowsOf(sql`t.refund_id = ${id} AND t.type <> 'consumption'`),
  ])
  return { ids: found.flat() }
}

async function rowsOf(condition: ReturnType<ReturnType<typeof rawSql>>): Promise<Uuid[]> {
  const rows = await rawSql()<{ id: Uuid }[]>`SELECT t.id FROM transaction_records t WHERE ${condition} LIMIT 1000`
  return rows.map(({ id }) => id)
}

function operatorsLike(words: string): Promise<SoughtOperator[]> {
  const pattern = likePattern(words)
  return rawSql()<SoughtOperator[]>`
    SELECT id, name, username FROM operator_accounts
    WHERE name ILIKE ${pattern} OR username ILIKE ${pattern} OR phone = ${words}
    ORDER BY lower(username) = lower(${words}) DESC, name = ${words} DESC, deactivated_at NULLS FIRST, id DESC LIMIT ${MOST_OPERATORS}`
}
