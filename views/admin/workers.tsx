import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Moment } from '../components/moment'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { useText } from '../page-context'

export type WorkerView = {
  id: string
  host: string
  pid: number
  version: string
  startedAt: Instant
  beatAt: Instant
  isSilent: boolean
}

/** The processes that run the jobs: who they are, since when, and when they were last heard of. */
export function Workers({ workers }: { workers: readonly WorkerView[] }) {
  const t = useText()
  return (
    <Panel id="workers" title={t('workers.title')} note={t('workers.note')}>
      <DataTable
        caption={t('workers.title')}
        rows={workers}
        rowKey={(row) => row.id}
        empty={<EmptyState icon="triangle-alert" title={t('workers.empty')} next={t('workers.emptyNext')} />}
        columns={[
          {
            head: t('workers.process'),
            cell: (row) => (
              <code>
                {row.host}#{row.pid}
              </code>
            ),
          },
          { head: t('workers.state'), cell: (row) => <StatusBadge noun="worker" state={row.isSilent ? 'silent' : 'alive'} /> },
          { head: t('workers.version'), cell: (row) => row.version },
          { head: t('workers.since'), cell: (row) => <Moment at={row.startedAt} seconds /> },
          { head: t('workers.beat'), cell: (row) => <Moment at={row.beatAt} seconds /> },
        ]}
      />
    </Panel>
  )
}
