import { faultWords } from '#src/core/alert-details'
import { isPlainKey } from '#src/core/text'
import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { type StateOf, StatusBadge } from '../components/status-badge'
import { usePage, useText } from '../page-context'
import { useConsole } from './audit-words'

export type AlertChannelName = 'mail' | 'dingtalk' | 'wecom'

export type AlertDeliveryView = {
  id: string
  channel: AlertChannelName
  recipient: string
  occasion: 'opened' | 'reminder' | 'settled' | 'test'
  state: StateOf<'delivery'>
  attempts: number
  lastError: string | null
  createdAt: Instant
  finishedAt: Instant | null
  alertId: string | null
  kind: string | null
  audience: 'admin' | 'finance' | 'operations' | null
  alerts: number
  requestedByName: string | null
}

/** What an alert is about, in words; a kind that this release does not know keeps its code. */
export function useKindName(): (kind: string) => string {
  const t = useText()
  return (kind) => {
    const key = `alerts.kind.${kind}`
    return isPlainKey(key) ? t(key) : kind
  }
}

/** Messages about alerts and what became of each; of one alert without saying again which. */
export function AlertDeliveries({ rows, ofOne = false }: { rows: readonly AlertDeliveryView[]; ofOne?: boolean }) {
  const t = useText()
  const { language } = usePage()
  const outcome = ({ lastError, state, attempts }: AlertDeliveryView): string =>
    [
      ...(lastError === null || state === 'sent' ? [] : [faultWords(language, lastError)]),
      ...(attempts > 1 ? [t('alertChannels.attempts', { count: formatCount(attempts) })] : []),
    ].join(' · ')
  return (
    <DataTable
      caption={t('alertChannels.deliveries')}
      rows={rows}
      rowKey={(row) => row.id}
      empty={
        ofOne ? (
          <EmptyState icon="bell" title={t('alertChannels.told.nobody')} next={t('alertChannels.told.nobodyNext')} />
        ) : (
          <EmptyState icon="bell" title={t('alertChannels.deliveries.empty')} next={t('alertChannels.deliveries.emptyNext')} />
        )
      }
      columns={[
        { head: t('alertChannels.at'), cell: (row) => <Moment at={row.createdAt} seconds /> },
        {
          head: t('alertChannels.channel'),
          cell: (row) => (
            <>
              {t(`alertChannels.${row.channel}`)}
              {row.recipient !== '' && (
                <span class="cell-more">
                  <Name of={row.recipient} />
                </span>
              )}
            </>
          ),
        },
        { head: t('alertChannels.occasion'), cell: (row) => <About row={row} ofOne={ofOne} />, wide: true },
        {
          head: t('alertChannels.result'),
          cell: (row) => (
            <>
              <StatusBadge noun="delivery" state={row.state} />
              <span class="cell-more">
                <Name of={outcome(row)} />
              </span>
            </>
          ),
          wide: true,
        },
      ]}
    />
  )
}

function About({ row, ofOne }: { row: AlertDeliveryView; ofOne: boolean }) {
  const t = useText()
  const at = useConsole()
  const name = useKindName()
  const { occasion, kind, alertId, alerts, audience, requestedByName } = row
  const isOurs = (at === '/finance') === (audience === 'finance')
  return (
    <>
      {t(`alertChannels.occasion.${occasion}`)}
      {requestedByName !== null && (
        <span class="cell-more">
          <Name of={requestedByName} />
        </span>
      )}
      {!ofOne && kind !== null && (
        <span class="cell-more">
          {isOurs ? <a href={`${at}/alerts/${alertId}`}>{name(kind)}</a> : name(kind)}
          {alerts > 1 && ` ${t('alertChannels.more', { count: formatCount(alerts) })}`}
        </span>
      )}
      {ofOne && alerts > 1 && <span class="cell-more">{t('alertChannels.more', { count: formatCount(alerts) })}</span>}
    </>
  )
}
