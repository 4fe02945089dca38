import type { Uuid } from '#src/core/ids'
import type { Route } from '#src/platform/route'
import { routes } from '#src/routes'
import type { TestDatabase } from '#tests/support/database'

/** Who looks at pages: one of the demo's people, by the door they come in. */
export type Role = {
  name: 'public' | 'operator' | 'admin' | 'finance' | 'analyst'
  door: 'operator' | 'admin' | 'finance' | null
  username: string
  password: string
  /** Addresses besides those of the route table: filters, searches, tabs. */
  pages: readonly string[]
}

/** GET routes of the pages' door that show no page: they lead on, stream, or give a file. */
const NO_PAGE: readonly RegExp[] = [
  /^\/(language|theme)$/,
  /\/events$/,
  /\/(file|tax-file|download|progress|voucher|proof)$/,
  /\/proofs\/:\w+$/,
  /\.(jsonl|mjs|csv|pdf|xlsx)$/,
]

const isPage = ({ door, method, path }: Route): boolean =>
  door === 'pages' && method === 'GET' && !NO_PAGE.some((pattern) => pattern.test(path))

/** Whose page it is; what all of our people see is looked at by an administrator. */
const VIEWERS: Record<Route['audience'], Role['name']> = {
  public: 'public',
  client: 'public',
  partner: 'public',
  operator: 'operator',
  admin: 'admin',
  staff: 'admin',
  anyone_signed_in: 'operator',
  finance: 'finance',
  analyst: 'analyst',
}

/** Every address a role looks at: all page routes of its door, with an id of the demo in place of each parameter, and its own besides. */
export async function visitsOf(role: Role, ids: Ids): Promise<string[]> {
  const own = routes.filter((route) => isPage(route) && VIEWERS[route.audience] === role.name)
  const found = await Promise.all(own.map(async ({ path }) => asked(await addressOf(path, ids))))
  return [...new Set([...found.flat(), ...role.pages])]
}

/** A page that is another one for each act that its address asks for. */
const asked = (address: string): string[] =>
  /^\/office\/cases\/.*\/act$/.test(address)
    ? ['reject', 'send_back', 'transfer', 'add_signer', 'copy'].map((act) => `${address}?do=${act}`)
    : [address]

/** Page routes that no role looks at; there must be none. */
export function unvisited(visits: readonly string[]): string[] {
  const seen = visits.map((visit) => visit.split('?')[0]!)
  return routes.filter((route) => isPage(route) && !seen.some((path) => fits(route.path, path))).map(({ path }) => path)
}

function fits(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')]
  return wanted.length === given.length && wanted.every((part, index) => part.startsWith(':') || part === given[index])
}

type Ids = (parameter: string, path: string) => Promise<string>

async function addressOf(pattern: string, ids: Ids): Promise<string> {
  const parts = pattern.split('/').map((part) => (part.startsWith(':') ? ids(part.slice(1), pattern) : part))
  return (await Promise.all(parts)).join('/')
}

/** An id of the demo's own data for each parameter of a path, as the demo operator has it. */
export function idsOfDemo({ owner }: TestDatabase, operatorId: Uuid): Ids {
  const first = async (rows: Promise<{ id: Uuid }[]>): Promise<Uuid | undefined> => (await rows)[0]?.id
  const known: Record<string, () => Promise<Uuid | undefined>> = {
    site_id: () =>
      first(owner`SELECT id FROM operation_sites WHERE operator_id = ${operatorId} AND deleted_at IS NULL ORDER BY id LIMIT 1`),
    operator_id: async () => operatorId,
    usage_id: () => first(owner`SELECT id FROM usage_records WHERE operator_id = ${operatorId} ORDER BY started_at DESC LIMIT 1`),
    transaction_id: () => first(owner`SELECT id FROM transaction_records WHERE operator_id = ${operatorId} ORDER BY seq DESC LIMIT 1`),
    message_id: () => first(owner`SELECT id FROM message_notifications WHERE target_operator_id = ${operatorId} ORDER BY id DESC LIMIT 1`),
    request_id: () => first(owner`SELECT id FROM application_authorization_requests WHERE operator_id = ${operatorId} LIMIT 1`),
    session_id: () =>
      first(owner`SELECT id FROM auth_sessions WHERE operator_id = ${operatorId} AND revoked_at IS NULL ORDER BY created_at LIMIT 1`),
    staff_id: () => first(owner`SELECT id FROM admin_accounts WHERE finance_grade = 'specialist' ORDER BY id LIMIT 1`),
    export_id: () => first(owner`SELECT id FROM exports WHERE operator_id = ${operatorId} LIMIT 1`),
    report_id: () => first(owner`SELECT id FROM finance_reports ORDER BY id DESC LIMIT 1`),
    report_type: async () => 'weekly',
    adjustment_id: () => first(owner`SELECT id FROM balance_adjustments ORDER BY id LIMIT 1`),
    key: async () => 'refund_dual_review_limit',
    name: async () => 'ledger-audit',
    channel: async () => 'wechat',
    day: async () =>
      (await owner`SELECT bill_date::text AS day FROM provider_bills WHERE channel = 'wechat' ORDER BY bill_date DESC LIMIT 1`)[0]?.day,
    title_id: () => first(owner`SELECT id FROM invoice_titles WHERE operator_id = ${operatorId} LIMIT 1`),
    quarantine_id: () => first(owner`SELECT id FROM payment_quarantine WHERE status = 'open' LIMIT 1`),
    payout_id: () => first(owner`SELECT id FROM refund_payouts WHERE status = 'abnormal' LIMIT 1`),
    difference_id: () => first(owner`SELECT id FROM bill_differences WHERE state = 'open' ORDER BY found_at LIMIT 1`),
    authorization_id: () =>
      first(owner`SELECT id FROM operator_app_authorizations WHERE operator_id = ${operatorId} AND expires_at IS NOT NULL LIMIT 1`),
    announcement_id: () => first(owner`SELECT id FROM announcements WHERE status = 'published' ORDER BY id LIMIT 1`),
    partner_id: () => first(owner`SELECT id FROM partners WHERE platform = 'market_one'`),
    schedule_id: () => first(owner`SELECT id FROM application_price_schedules WHERE status = 'scheduled' LIMIT 1`),
    log_id: () => first(owner`SELECT id FROM audit_logs ORDER BY seq DESC LIMIT 1`),
    release_id: () => first(owner`SELECT id FROM deploy_log WHERE result = 'undone' LIMIT 1`),
    id: () => first(owner`SELECT id::text FROM list_work('dead', NULL, 1)`),
    alert_id: () => first(owner`SELECT id FROM alerts WHERE audience = 'admin' ORDER BY id LIMIT 1`),
    reversal_id: () => first(owner`SELECT id FROM invoice_reversals WHERE status = 'proposed' LIMIT 1`),
    mail_id: () => first(owner`SELECT id FROM simulated_mails LIMIT 1`),
    app_id: () =>
      first(owner`SELECT id FROM applications a WHERE is_active AND NOT EXISTS
        (SELECT FROM operator_app_authorizations g WHERE g.application_id = a.id AND g.operator_id = ${operatorId} AND g.revoked_at IS NULL)
        AND NOT EXISTS (SELECT FROM application_authorization_requests r WHERE r.application_id = a.id AND r.operator_id = ${operatorId}
          AND r.status = 'pending') ORDER BY id LIMIT 1`),
  }
  /** The administrator's, on a second device. */
  const anotherSignIn = () =>
    first(owner`INSERT INTO auth_sessions (id, admin_id, door, token_sha256, ip, user_agent, created_at, expires_at)
      SELECT gen_random_uuid(), id, 'pages', sha256(gen_random_uuid()::text::bytea), '203.0.113.9', 'Mozilla/5.0 (iPhone) Safari/605', now(),
        now() + interval '1 day' FROM admin_accounts WHERE username = 'admin' RETURNING id`)
  /** Somebody of finance who has left. */
  const aLeaver = () => first(owner`UPDATE admin_accounts SET is_active = false WHERE username = 'audit001' RETURNING id`)
  /** A request that the administrator has only begun. */
  const aDraft = () =>
    first(owner`INSERT INTO office_cases (id, form, applicant_id, draft, created_at, updated_at)
      SELECT gen_random_uuid(), 'caigou', id, '{"supplier":"杭州锐视数码"}', now(), now() FROM admin_accounts WHERE username = 'admin' RETURNING id`)
  /** What a page is about where its parameter alone does not say it: what can still be withdrawn, what finance decides on. */
  const particular: [RegExp, string, () => Promise<Uuid | undefined>][] = [
    [/alert-channels/, 'channel', async () => 'mail'],
    [
      /schedules/,
      'app_id',
      () => first(owner`SELECT application_id AS id FROM application_price_schedules WHERE status = 'scheduled' LIMIT 1`),
    ],
    [/announcements.*withdrawal/, 'announcement_id', () => first(owner`SELECT id FROM announcements WHERE status = 'scheduled' LIMIT 1`)],
    [/^.staff.security/, 'session_id', anotherSignIn],
    [/^.finance/, 'log_id', () => first(owner`SELECT id FROM audit_logs WHERE operation = 'refund_approve' ORDER BY seq DESC LIMIT 1`)],
    [/^.finance/, 'alert_id', () => first(owner`SELECT id FROM alerts WHERE audience = 'finance' AND closed_at IS NULL LIMIT 1`)],
    [/cases.:case_id.(edit|delete)$/, 'case_id', aDraft],
    [
      /^.office/,
      'case_id',
      () =>
        first(owner`SELECT case_id AS id FROM office_tasks WHERE person_id = (SELECT id FROM admin_accounts WHERE username = 'admin')
      AND status = 'open' LIMIT 1`),
    ],
    [/anomalies|unlock/, 'operator_id', () => first(owner`SELECT id FROM operator_accounts WHERE is_locked LIMIT 1`)],
    [/^.finance.*enable$/, 'staff_id', aLeaver],
    [/enable$/, 'staff_id', () => first(owner`SELECT id FROM admin_accounts WHERE NOT is_active LIMIT 1`)],
    [/reversals/, 'invoice_id', () => first(owner`SELECT invoice_id AS id FROM invoice_reversals WHERE status = 'proposed' LIMIT 1`)],
    [/reversal$/, 'invoice_id', () => newest('invoice_records', 'approved')],
    [/bank-transfers/, 'order_id', () => first(owner`SELECT order_id AS id FROM bank_transfers WHERE decided_at IS NULL LIMIT 1`)],
    [/./, 'order_id', () => newest('recharge_orders', 'pending')],
    [/^.operator.*withdrawal|^.finance/, 'refund_id', () => newest('refund_records', 'pending')],
    [/./, 'refund_id', () => newest('refund_records', 'approved')],
    [/^.operator.*withdrawal|^.finance/, 'invoice_id', () => newest('invoice_records', 'pending')],
    [/./, 'invoice_id', () => newest('invoice_records', 'approved')],
  ]
  const newest = (table: string, status: string) =>
    first(owner`SELECT id FROM ${owner(table)} WHERE operator_id = ${operatorId} AND status = ${status} ORDER BY id DESC LIMIT 1`)
  return async (parameter, path) => {
    const one = particular.find(([pattern, name]) => name === parameter && pattern.test(path))
    const id = await (one?.[2] ?? known[parameter])?.()
    if (!id) throw new Error(`${path}: no example for :${parameter}; add one to idsOfDemo in tests/shots/plan.ts`)
    return id
  }
}
