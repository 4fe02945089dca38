import type { Actor, AuditEntry } from '#src/audit-logs/audit-log'
import { addDays, addMs, type Instant, iso } from '#src/core/time'
import { randomFrom } from './random'
import type { World, WorldOperator } from './world'

type DatedEntry = Omit<AuditEntry, 'actor' | 'origin'> & { at: Instant; actor?: Actor; origin?: AuditEntry['origin'] }

const HOUR_MS = 3_600_000
const OFFICE = { ip: '203.0.113.24', userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)' }

/** What happened to the demo's accounts besides their money: their timelines and the audit log tell it. */
export function accountActs(world: World): DatedEntry[] {
  const [admin] = world.staff
  const staff: Actor = { kind: 'staff', id: admin!.id, name: admin!.name, role: admin!.role }
  return [...world.operators.flatMap((operator) => rightsOf(operator, staff)), ...storyOf(world, staff)]
}

/** Sites, requests and grants, as they were made. */
function rightsOf({ id, name, sites, grants, requests }: WorldOperator, staff: Actor): DatedEntry[] {
  const self: Actor = { kind: 'operator', id, name, role: 'operator' }
  return [
    ...sites.map((site) => ({
      at: site.createdAt,
      actor: self,
      operation: 'site_create',
      target: { kind: 'site', id: site.id },
      details: { operator_id: id, name: site.name, address: site.address, description: site.description },
    })),
    ...requests.flatMap((request) => {
      const target = { kind: 'request', id: request.id }
      const asked = { at: request.createdAt, actor: self, operation: 'application_request', target }
      const decided = { operator_id: id, app_id: request.applicationId, reason: request.rejectReason }
      return [
        { ...asked, details: { app_id: request.applicationId, reason: request.reason } },
        ...(request.reviewedAt
          ? [
              {
                at: request.reviewedAt,
                actor: staff,
                operation: request.status === 'approved' ? 'application_request_approve' : 'application_request_reject',
                target,
                details: decided,
              },
            ]
          : []),
      ]
    }),
    ...grants.map((grant) => ({
      at: grant.authorizedAt,
      actor: staff,
      operation: 'authorization_grant',
      target: { kind: 'authorization', id: grant.id },
      details: { operator_id: id, app_id: grant.applicationId, expires_at: grant.expiresAt && iso(grant.expiresAt), note: null },
    })),
  ]
}

/** One customer whose account has seen a little of everything. */
function storyOf({ operators, now }: World, staff: Actor): DatedEntry[] {
  const { id, name } = operators[0]!
  const target = { kind: 'operator', id }
  const self: Actor = { kind: 'operator', id, name, role: 'operator' }
  const random = randomFrom('account-acts')
  const at = (daysAgo: number, hour: number) => addMs(addDays(now, -daysAgo), -hour * HOUR_MS)
  const acts: [Instant, Actor, string, Record<string, unknown>][] = [
    [
      at(31, 2),
      staff,
      'operator_category',
      { before: { category: 'trial', pinned: false }, after: { category: 'normal', pinned: false }, reason: '连续两个月消费达标' },
    ],
    [at(17, 3), self, 'login', { door: 'pages' }],
    [at(17, 2), self, 'operator_update', { before: { phone: '13810240000' }, after: { phone: '13810245678' } }],
    [at(9, 5), staff, 'operator_lock', { reason: '客户来电称头显服务器可能被他人使用，先锁定核实' }],
    [
      at(9, 3),
      staff,
      'operator_unlock',
      { reason: '已与负责人核实为误报，恢复使用', was_locked_for: '客户来电称头显服务器可能被他人使用，先锁定核实' },
    ],
    [at(4, 1), staff, 'view_api_key', { reason: '客户更换头显服务器，协助核对接口密钥' }],
    [at(1, 2), self, 'login', { door: 'pages' }],
  ]
  return acts.map(([moment, actor, operation, details]) => ({
    at: moment,
    actor,
    origin: { ...OFFICE, id: random.id(moment) },
    operation,
    ...(operation === 'login' ? {} : { target }),
    details,
  }))
}
