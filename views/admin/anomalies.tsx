import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { KeyTabs } from './key-tabs'

export type LockedView = {
  id: string
  username: string
  name: string
  lockedAt: Instant
  lockedReason: string | null
  cause: 'failures' | 'keys' | null
  ip: string | null
  seen: number | null
  lockedByName: string | null
}

type RefusedAddressView = { ip: string; refused: number; keys: number; operators: number; topCode: string; lastAt: Instant }

export const anomalyPath = (id: string): string => `/admin/anomalies/op_${id}`

export type AnomaliesProps = { locked: readonly LockedView[]; addresses: readonly RefusedAddressView[]; message: string | null }

/** `/admin/anomalies`: who is locked and why, and who is knocking. */
export function AnomaliesPage({ locked, addresses, message }: AnomaliesProps) {
  const t = useText()
  return (
    <Layout title={t('anomalies.title')} note={t('anomalies.note')}>
      <KeyTabs current="anomalies" />
      {message !== null && (
        <Notice tone="bad" title={t('anomalies.unlock.refused')} focus>
          <p>{message}</p>
        </Notice>
      )}
      <Panel id="queue" title={t('anomalies.queue')}>
        <DataTable
          caption={t('anomalies.queue')}
          rows={locked}
          rowKey={(row) => row.id}
          empty={<EmptyState icon="circle-check" title={t('anomalies.queue.empty')} next={t('anomalies.queue.emptyNext')} />}
          columns={[
            {
              head: t('anomalies.operator'),
              cell: (row) => (
                <>
                  <Name of={row.name} />
                  <span class="cell-more">{row.username}</span>
                </>
              ),
              wide: true,
            },
            { head: t('anomalies.cause'), cell: (row) => <Cause of={row} />, wide: true },
            { head: t('anomalies.ip'), cell: (row) => (row.ip === null ? '–' : <code>{row.ip}</code>) },
            { head: t('anomalies.lockedAt'), cell: (row) => <Moment at={row.lockedAt} seconds /> },
            {
              head: t('anomalies.look'),
              action: true,
              cell: (row) => (
                <a href={anomalyPath(row.id)} aria-label={t('anomalies.look.of', { name: row.name })}>
                  {t('anomalies.look')}
                </a>
              ),
            },
          ]}
        />
      </Panel>
      <Panel id="knocking" title={t('anomalies.knocking')} note={t('anomalies.knocking.note')}>
        <DataTable
          caption={t('anomalies.knocking')}
          rows={addresses}
          rowKey={(row) => row.ip}
          empty={<EmptyState icon="circle-check" title={t('anomalies.knocking.empty')} next={t('anomalies.knocking.emptyNext')} />}
          columns={[
            { head: t('anomalies.ip'), cell: (row) => <code>{row.ip}</code> },
            { head: t('anomalies.refused'), cell: (row) => formatCount(row.refused), number: true },
            { head: t('anomalies.keyCount'), cell: (row) => formatCount(row.keys), number: true },
            { head: t('anomalies.operators'), cell: (row) => formatCount(row.operators), number: true },
            { head: t('anomalies.topCode'), cell: (row) => <code>{row.topCode}</code>, wide: true },
            { head: t('anomalies.lastAt'), cell: (row) => <Moment at={row.lastAt} seconds /> },
          ]}
        />
      </Panel>
    </Layout>
  )
}

/** Which rule locked an account, or who. */
export function Cause({ of: { cause, seen, lockedByName } }: { of: Pick<LockedView, 'cause' | 'seen' | 'lockedByName'> }) {
  const t = useText()
  if (cause !== null) return <>{t(`anomalies.cause.${cause}`, { seen: formatCount(seen ?? 0) })}</>
  return <>{lockedByName === null ? t('anomalies.cause.unknown') : t('anomalies.cause.person', { name: lockedByName })}</>
}
