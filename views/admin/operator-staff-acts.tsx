import type { Slice } from '#src/core/keyset'
import type { PlainKey } from '#src/core/text'
import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { useText } from '../page-context'
import { eventKey } from './operator-events'
import { OperatorFrame, type OperatorHead } from './operator-frame'
import { Particulars } from './operator-particulars'

type ActRow = {
  seq: bigint
  at: Instant
  operation: string
  actorName: string
  actorRole: string
  details: Record<string, unknown>
  ip: string | null
  requestId: string | null
}

export type OperatorStaffActsProps = {
  operator: OperatorHead
  acts: Slice<ActRow>
  /** The names of games that they speak of, by their id. */
  games: Readonly<Record<string, string>>
}

const ROLES: Readonly<Record<string, PlainKey>> = {
  super_admin: 'role.super_admin',
  admin: 'role.admin',
  operator: 'role.staff',
  specialist: 'role.specialist',
  manager: 'role.manager',
  auditor: 'role.auditor',
  analyst: 'role.analyst',
}

/** `…/staff-actions`: what our own people did to it, from where and why. */
export function OperatorStaffActsPage({ operator, acts, games }: OperatorStaffActsProps) {
  const t = useText()
  return (
    <OperatorFrame operator={operator} tab="staff">
      <Panel id="staff" title={t('operators.staff')} note={t('operators.staff.note')}>
        <DataTable
          caption={t('operators.staff')}
          rows={acts.rows}
          rowKey={(row) => String(row.seq)}
          empty={<EmptyState icon="shield-check" title={t('operators.staff.empty')} next={t('operators.staff.empty.next')} />}
          columns={[
            { head: t('operators.staff.at'), cell: (row) => <Moment at={row.at} seconds /> },
            { head: t('operators.staff.who'), cell: (row) => <Who of={row} /> },
            { head: t('operators.staff.what'), cell: (row) => <What of={row} /> },
            {
              head: t('operators.staff.details'),
              cell: (row) => <Particulars details={row.details} requestId={row.requestId} games={games} />,
              wide: true,
            },
            { head: t('operators.staff.ip'), cell: (row) => (row.ip === null ? '–' : <code>{row.ip}</code>) },
          ]}
        />
        <Pager of={acts} />
      </Panel>
    </OperatorFrame>
  )
}

function Who({ of }: { of: ActRow }) {
  const t = useText()
  const role = ROLES[of.actorRole]
  return (
    <>
      <Name of={of.actorName} />
      <span class="cell-more">{role ? t(role) : of.actorRole}</span>
    </>
  )
}

function What({ of }: { of: ActRow }) {
  const t = useText()
  const key = eventKey(of.operation)
  return <>{key ? t(key) : <code>{of.operation}</code>}</>
}
