import type { Uuid } from '#src/core/ids'
import type { Instant } from '#src/core/time'
import { ShortId } from '../components/copy'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { ApiKeyTabs } from './api-key-tabs'

export type KeyCallRow = {
  at: Instant
  requestId: Uuid
  operation: 'authorize' | 'pre_authorize' | 'game_sites' | 'game_applications' | 'session_end'
  result: 'accepted' | 'replayed' | 'refused'
  code: string | null
  ip: string
  siteName: string | null
  key: 'present' | 'previous' | 'gone'
}

/** `/operator/api-keys/calls`: what headset servers asked for lately, refusals with their code. */
export function ApiKeyCallsPage({ calls }: { calls: readonly KeyCallRow[] }) {
  const t = useText()
  return (
    <Layout title={t('apiKeys.tabs.calls')} trail={[{ href: '/operator/api-keys', label: t('nav.apiKeys') }]}>
      <ApiKeyTabs current="calls" />
      <Panel id="calls" title={t('apiKeys.calls.title')} note={t('apiKeys.calls.note')}>
        <DataTable
          caption={t('apiKeys.calls.title')}
          rows={calls}
          rowKey={(row) => row.requestId}
          empty={<EmptyState icon="monitor" title={t('apiKeys.calls.empty')} next={t('apiKeys.calls.emptyNext')} />}
          columns={[
            { head: t('apiKeys.calls.at'), cell: (row) => <Moment at={row.at} seconds /> },
            { head: t('apiKeys.calls.operation'), cell: (row) => t(`apiKeys.operation.${row.operation}`) },
            { head: t('apiKeys.calls.result'), cell: (row) => <Outcome of={row} /> },
            { head: t('apiKeys.calls.site'), cell: (row) => (row.siteName === null ? '—' : <Name of={row.siteName} />), wide: true },
            { head: t('apiKeys.calls.ip'), cell: (row) => <code>{row.ip}</code> },
            { head: t('apiKeys.calls.key'), cell: (row) => t(`apiKeys.which.${row.key}`) },
            { head: t('common.requestId'), cell: (row) => <ShortId id={row.requestId} /> },
          ]}
        />
      </Panel>
    </Layout>
  )
}

const Outcome = ({ of }: { of: KeyCallRow }) => (
  <span class="with-badge">
    <StatusBadge noun="call" state={of.result} />
    {of.code !== null && <code>{of.code}</code>}
  </span>
)
