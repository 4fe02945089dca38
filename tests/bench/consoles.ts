import { openSession } from '#src/accounts/sessions'
import { newId, showId, type Uuid } from '#src/core/ids'
import { iso, now, stopwatch } from '#src/core/time'
import { rawSql, transaction } from '#src/platform/database'
import { routes } from '#src/routes'
import type { Page, Visitor } from './pages'

/** The pages of our people over very many games: each of the route table, and the views that read most. */

type Door = 'admin' | 'finance' | 'analyst'
export type ConsolePage = Page & { visitor: Visitor }

const SUBJECTS = ['application', 'site', 'operator'] as const
const YEAR = 'from=2025-12-01&to=2026-11-20'
const CROSSES = [
  ['site', 'period'],
  ['application', 'period'],
  ['operator', 'application'],
  ['site', 'player_count'],
  ['period', 'player_count'],
] as const

const VIEWS: Record<string, readonly string[]> = {
  '/analytics/': [`?${YEAR}`, `?${YEAR}&dimension=day&measure=players`],
  '/analytics/ranking': SUBJECTS.flatMap((by) => [`?by=${by}`, `?by=${by}&${YEAR}`, `?by=${by}&${YEAR}&area=朝阳`]),
  '/analytics/players': [`?${YEAR}`, `?${YEAR}&area=朝阳`, '?range=last_month'],
  '/analytics/cross': CROSSES.flatMap(([rows, columns]) => [
    `?rows=${rows}&columns=${columns}`,
    `?rows=${rows}&columns=${columns}&${YEAR}`,
  ]),
}
const LEDGER_VIEWS = (operator: string, row: string) => [
  '?range=all',
  '?range=all&type=consumption',
  '?range=all&type=adjustment',
  '?range=last_month',
  '?range=today&min_amount=20',
  `?range=all&keyword=${operator}`,
  `?keyword=${row}`,
  '?keyword=压测',
  `?range=all&after=${row}&size=100`,
]

/** Every page of the consoles that is one, each with the visitor whose door it has. */
export async function consolePages(): Promise<ConsolePage[]> {
  const visitors = {
    admin: await aVisitor('super_admin', null),
    finance: await aVisitor('finance', 'manager'),
    analyst: await aVisitor('analyst', null),
  }
  const [row] = await rawSql()<{ id: Uuid; operatorId: Uuid }[]>`
    SELECT id, operator_id AS "operatorId" FROM transaction_records ORDER BY created_at DESC OFFSET 5000 LIMIT 1`
  const [transactionId, operatorId] = [row!.id, showId('operator', row!.operatorId)]
  const doors: Record<string, Door> = { admin: 'admin', finance: 'finance', analyst: 'analyst', staff: 'admin' }
  return routes.flatMap(({ method, door, audience, path }) => {
    const whose = doors[audience]
    if (method !== 'GET' || door !== 'pages' || !whose) return []
    const at = path
      .replace(':transaction_id', showId('transaction', transactionId))
      .replace(':operator_id', operatorId)
      .replace(/:\w+/g, () => newId())
    const views = path.endsWith('/transactions') ? LEDGER_VIEWS(operatorId, transactionId) : (VIEWS[path] ?? [])
    return ['', ...views].map((view): ConsolePage => ({ name: path + view, pathFor: () => encodeURI(at + view), visitor: visitors[whose] }))
  })
}

/** Somebody of ours; nobody signs in with the account, since no password has this hash. */
async function aVisitor(role: string, grade: string | null): Promise<Visitor> {
  const [id, at] = [newId(), iso(now())]
  await rawSql()`
    INSERT INTO admin_accounts (id, username, name, password_hash, role, finance_grade, created_at, updated_at)
    VALUES (${id}, ${`bench_${id.slice(-12)}`}, '压测', '-', ${role}, ${grade}, ${at}::timestamptz, ${at}::timestamptz)`
  const info = { id, ip: '127.0.0.1', userAgent: 'bench', language: 'zh' as const, now: now(), elapsed: stopwatch(), route: 'bench' }
  const { secret } = await transaction((tx) => openSession(tx, { adminId: id }, 'pages', info))
  return { id, cookie: `mr_session=${secret}`, usageId: id, siteId: id, applicationId: id, sessionText: '', requestId: id }
}
