import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { formatCount } from '../components/figures'
import { Moment } from '../components/moment'
import { Panel } from '../components/panel'
import { useText } from '../page-context'

export type LockEvidence = {
  codes: readonly { code: string; count: number }[]
  addresses: readonly { ip: string; calls: number; refused: number; keys: number; operators: number; lastAt: Instant }[]
}

/** What headset servers did in the quarter of an hour before the lock: failures, keys and addresses, for whoever decides about it. */
export function Evidence({ of }: { of: LockEvidence }) {
  const t = useText()
  return (
    <Panel id="evidence" title={t('operators.evidence')} note={t('operators.evidence.note')}>
      {of.codes.length > 0 && <Facts wide rows={of.codes.map(({ code, count }) => ({ label: code, value: formatCount(count) }))} />}
      <DataTable
        caption={t('operators.evidence.addresses')}
        rows={of.addresses}
        rowKey={(row) => row.ip}
        empty={<EmptyState icon="shield-check" title={t('operators.evidence.none')} next={t('operators.evidence.none.next')} />}
        columns={[
          { head: t('operators.evidence.ip'), cell: (row) => <code>{row.ip}</code>, wide: true },
          { head: t('operators.evidence.calls'), cell: (row) => formatCount(row.calls), number: true },
          { head: t('operators.evidence.refused'), cell: (row) => formatCount(row.refused), number: true },
          { head: t('operators.evidence.keys'), cell: (row) => formatCount(row.keys), number: true },
          { head: t('operators.evidence.operators'), cell: (row) => formatCount(row.operators), number: true },
          { head: t('operators.evidence.last'), cell: (row) => <Moment at={row.lastAt} seconds /> },
        ]}
      />
    </Panel>
  )
}
