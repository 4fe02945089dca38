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
import { useText } from '../page-context'
import { OperatorFrame, type OperatorHead } from './operator-frame'

type CallRow = {
  at: Instant
  requestId: Uuid
  operation: 'authorize' | 'pre_authorize' | 'game_sites' | 'game_applications' | 'session_end'
  result: 'accepted' | 'replayed' | 'refused'
  code: string | null
  ip: string
  siteName: string | null
  key: 'present' | 'previous' | 'gone'
}

export type OperatorCallsProps = { operator: OperatorHead; calls: Slice<CallRow>; outcome: 'success' | 'refused' | undefined }

const OUTCOMES = ['success', 'refused'] as const

/** `…/calls`: what its headset servers asked for lately, refusals with their code. */
export function OperatorCallsPage({ operator, calls, outcome }: OperatorCallsProps) {
  const t = useText()
  return (
    <OperatorFrame operator={operator} tab="calls">
      <Panel id="calls" title={t('operators.calls')} note={t('operators.calls.note')}>
        <Choice outcome={outcome} />
        <DataTable
          caption={t('operators.calls')}
          rows={calls.rows}
          rowKey={(row) => row.requestId}
          empty={
            outcome ? (
              <EmptyState icon="search" title={t('apiKeys.calls.none')} next={t('apiKeys.calls.noneNext')} />
            ) : (
              <EmptyState icon="monitor" title={t('operators.calls.empty')} next={t('operators.calls.empty.next')} />
            )
          }
          columns={[
            { head: t('apiKeys.calls.at'), cell: (row) => <Moment at={row.at} seconds /> },
            { head: t('apiKeys.calls.operation'), cell: (row) => t(`apiKeys.operation.${row.operation}`) },
            { head: t('apiKeys.calls.result'), cell: (row) => <Outcome of={row} /> },
            { head: t('apiKeys.calls.site'), cell: (row) => (row.siteName === null ? '–' : <Name of={row.siteName} />), wide: true },
            { head: t('apiKeys.calls.ip'), cell: (row) => <code>{row.ip}</code> },
            { head: t('apiKeys.calls.key'), cell: (row) => t(`apiKeys.which.${row.key}`) },
            { head: t('common.requestId'), cell: (row) => <ShortId id={row.requestId} /> },
          ]}
        />
        <Pager of={calls} />
      </Panel>
    </OperatorFrame>
  )
}

function Choice({ outcome }: Pick<OperatorCallsProps, 'outcome'>) {
  const t = useText()
  const address = useAddress()
  return (
    <div class="filters-line">
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
    </div>
  )
}

const Outcome = ({ of }: { of: CallRow }) => (
  <span class="with-badge">
    <StatusBadge noun="call" state={of.result} />
    {of.code !== null && <code>{of.code}</code>}
  </span>
)
