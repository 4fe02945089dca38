import type { Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import type { Instant } from '#src/core/time'
import { useAddress } from '../components/address'
import { ShortId } from '../components/copy'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { ApiKeyTabs } from './api-key-tabs'
import { explainPath } from './usage-address'

type KeyCallRow = {
  at: Instant
  requestId: Uuid
  operation: 'authorize' | 'pre_authorize' | 'game_sites' | 'game_applications' | 'session_end'
  result: 'accepted' | 'replayed' | 'refused'
  code: string | null
  ip: string
  siteName: string | null
  key: 'present' | 'previous' | 'gone'
}

export type KeyCallsProps = { calls: Slice<KeyCallRow>; outcome: 'success' | 'refused' | undefined }

const OUTCOMES = ['success', 'refused'] as const

/** `/operator/api-keys/calls`: what headset servers asked for lately, refusals with their code; each call leads to its explanation. */
export function ApiKeyCallsPage({ calls, outcome }: KeyCallsProps) {
  const t = useText()
  return (
    <Layout title={t('apiKeys.tabs.calls')} trail={[{ href: '/operator/api-keys', label: t('nav.apiKeys') }]}>
      <ApiKeyTabs current="calls" />
      <Panel id="calls" title={t('apiKeys.calls.title')} note={t('apiKeys.calls.note')}>
        <Choice outcome={outcome} />
        <DataTable
          caption={t('apiKeys.calls.title')}
          rows={calls.rows}
          rowKey={(row) => row.requestId}
          empty={<Nothing outcome={outcome} />}
          columns={[
            { head: t('apiKeys.calls.at'), cell: (row) => <Moment at={row.at} seconds /> },
            { head: t('apiKeys.calls.operation'), cell: (row) => t(`apiKeys.operation.${row.operation}`) },
            { head: t('apiKeys.calls.result'), cell: (row) => <Outcome of={row} /> },
            { head: t('apiKeys.calls.site'), cell: (row) => (row.siteName === null ? '–' : <Name of={row.siteName} />), wide: true },
            { head: t('apiKeys.calls.ip'), cell: (row) => <code>{row.ip}</code> },
            { head: t('apiKeys.calls.key'), cell: (row) => t(`apiKeys.which.${row.key}`) },
            { head: t('common.requestId'), cell: (row) => <ShortId id={row.requestId} /> },
            { head: t('account.action'), action: true, cell: (row) => <a href={explainPath(row.requestId)}>{t('usage.why')}</a> },
          ]}
        />
        <Pager of={calls} />
      </Panel>
    </Layout>
  )
}

function Choice({ outcome }: Pick<KeyCallsProps, 'outcome'>) {
  const t = useText()
  const address = useAddress()
  return (
    <nav class="segments wrap" aria-label={t('apiKeys.calls.result')}>
      <a href={address({ result: null })} aria-current={outcome === undefined ? 'true' : undefined}>
        {t('filter.all')}
      </a>
      {OUTCOMES.map((one) => (
        <a key={one} href={address({ result: one })} aria-current={outcome === one ? 'true' : undefined}>
          {t(`apiKeys.calls.${one}`)}
        </a>
      ))}
    </nav>
  )
}

function Nothing({ outcome }: Pick<KeyCallsProps, 'outcome'>) {
  const t = useText()
  if (outcome) return <EmptyState icon="search" title={t('apiKeys.calls.none')} next={t('apiKeys.calls.noneNext')} />
  return <EmptyState icon="monitor" title={t('apiKeys.calls.empty')} next={t('apiKeys.calls.emptyNext')} />
}

const Outcome = ({ of }: { of: KeyCallRow }) => (
  <span class="with-badge">
    <StatusBadge noun="call" state={of.result} />
    {of.code !== null && <code>{of.code}</code>}
  </span>
)
