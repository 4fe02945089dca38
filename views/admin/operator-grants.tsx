import type { Uuid } from '#src/core/ids'
import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import { useMay } from '../components/may'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { useText } from '../page-context'
import { OperatorFrame, type OperatorHead } from './operator-frame'

type GrantRow = {
  id: Uuid
  appName: string
  authorizedAt: Instant
  expiresAt: Instant | null
  revokedAt: Instant | null
  revokeReason: string | null
  note: string | null
  status: 'active' | 'expired' | 'revoked'
}
type RequestRow = {
  id: Uuid
  appName: string
  reason: string
  status: 'pending' | 'approved' | 'rejected'
  rejectReason: string | null
  reviewerName: string | null
  createdAt: Instant
}

export type OperatorGrantsProps = {
  operator: OperatorHead
  grants: { total: number; grants: readonly GrantRow[] }
  requests: { total: number; requests: readonly RequestRow[] }
}

const GRANT_STATES = { active: 'active', expired: 'ended', revoked: 'withdrawn' } as const

/** `…/grants`: the games it may start, had, or asked for. */
export function OperatorGrantsPage({ operator, grants, requests }: OperatorGrantsProps) {
  const t = useText()
  const may = useMay()
  return (
    <OperatorFrame
      operator={operator}
      tab="grants"
      action={
        may('authorization:grant') &&
        !operator.deactivatedAt && (
          <a class="button primary" href={`/admin/authorizations?${new URLSearchParams({ keyword: operator.username })}`}>
            {t('operators.grants.manage')}
          </a>
        )
      }
    >
      <Grants rows={grants.grants} total={grants.total} />
      <Requests rows={requests.requests} total={requests.total} />
    </OperatorFrame>
  )
}

function Grants({ rows, total }: { rows: readonly GrantRow[]; total: number }) {
  const t = useText()
  return (
    <Panel id="grants" title={t('operators.grants')} note={t('operators.grants.shown', { shown: rows.length, total: formatCount(total) })}>
      <DataTable
        caption={t('operators.grants')}
        rows={rows}
        rowKey={(row) => row.id}
        empty={<EmptyState icon="gamepad-2" title={t('operators.grants.empty')} next={t('operators.grants.empty.next')} />}
        columns={[
          { head: t('operators.grants.application'), cell: (row) => <Name of={row.appName} />, wide: true },
          { head: t('operators.grants.state'), cell: (row) => <StatusBadge noun="grant" state={GRANT_STATES[row.status]} /> },
          { head: t('operators.grants.since'), cell: (row) => <Moment at={row.authorizedAt} /> },
          {
            head: t('operators.grants.until'),
            cell: (row) => (row.expiresAt ? <Moment at={row.expiresAt} /> : t('operators.grants.forever')),
          },
          { head: t('operators.grants.revoked'), cell: (row) => (row.revokedAt ? <Moment at={row.revokedAt} /> : '–') },
          { head: t('operators.grants.note'), cell: (row) => <Name of={row.revokeReason ?? row.note ?? '–'} />, wide: true },
        ]}
      />
    </Panel>
  )
}

function Requests({ rows, total }: { rows: readonly RequestRow[]; total: number }) {
  const t = useText()
  return (
    <Panel
      id="requests"
      title={t('operators.requests')}
      note={t('operators.grants.shown', { shown: rows.length, total: formatCount(total) })}
    >
      <DataTable
        caption={t('operators.requests')}
        rows={rows}
        rowKey={(row) => row.id}
        empty={<EmptyState icon="inbox" title={t('operators.requests.empty')} next={t('operators.requests.empty.next')} />}
        columns={[
          { head: t('operators.grants.application'), cell: (row) => <Name of={row.appName} />, wide: true },
          { head: t('operators.grants.state'), cell: (row) => <StatusBadge noun="request" state={row.status} /> },
          { head: t('operators.requests.reason'), cell: (row) => <Reasons of={row} />, wide: true },
          { head: t('operators.requests.reviewer'), cell: (row) => (row.reviewerName === null ? '–' : <Name of={row.reviewerName} />) },
          { head: t('operators.requests.at'), cell: (row) => <Moment at={row.createdAt} /> },
        ]}
      />
    </Panel>
  )
}

const Reasons = ({ of }: { of: RequestRow }) => (
  <>
    <Name of={of.reason} />
    {of.rejectReason !== null && (
      <span class="cell-more">
        <Name of={of.rejectReason} />
      </span>
    )}
  </>
)
