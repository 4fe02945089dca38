import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import { Moment } from '../components/moment'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { useText } from '../page-context'

export type MasterKeyView = {
  version: number
  isConfigured: boolean
  firstUsedAt: Instant | null
  apiKeys: number
  totpSecrets: number
  files: number
}

export type MasterKeysProps = {
  keys: readonly MasterKeyView[]
  /** Days that the newest key is in use when it is due for its successor; which old keys may go; which are missing. */
  advice: { rotate: number | null; remove: readonly number[]; missing: readonly number[] }
}

/** The master keys: what is sealed under each, and what should be done about them. */
export function MasterKeys({ keys, advice }: MasterKeysProps) {
  const t = useText()
  const newest = keys.find(({ isConfigured }) => isConfigured)
  const stateOf = (key: MasterKeyView) => {
    if (!key.isConfigured) return 'missing'
    if (key === newest) return 'newest'
    return advice.remove.includes(key.version) ? 'removable' : 'needed'
  }
  return (
    <Panel id="master-keys" title={t('masterKeys.title')} note={t('masterKeys.note')}>
      {advice.missing.length > 0 && (
        <Notice tone="bad" title={t('masterKeys.missing', { versions: advice.missing.join('、') })}>
          <p>{t('masterKeys.missing.what')}</p>
        </Notice>
      )}
      {advice.rotate !== null && (
        <Notice tone="warn" title={t('masterKeys.rotate', { days: advice.rotate })}>
          <p>{t('masterKeys.rotate.what')}</p>
        </Notice>
      )}
      {advice.remove.length > 0 && (
        <Notice tone="info" title={t('masterKeys.remove', { versions: advice.remove.join('、') })}>
          <p>{t('masterKeys.remove.what')}</p>
        </Notice>
      )}
      <DataTable
        caption={t('masterKeys.title')}
        rows={keys}
        rowKey={(row) => String(row.version)}
        empty={<EmptyState icon="key-round" title={t('masterKeys.empty')} next={t('masterKeys.emptyNext')} />}
        columns={[
          { head: t('masterKeys.version'), cell: (row) => String(row.version), number: true },
          { head: t('masterKeys.state'), cell: (row) => <StatusBadge noun="masterKey" state={stateOf(row)} /> },
          { head: t('masterKeys.since'), cell: (row) => (row.firstUsedAt ? <Moment at={row.firstUsedAt} /> : '–') },
          { head: t('masterKeys.apiKeys'), cell: (row) => formatCount(row.apiKeys), number: true },
          { head: t('masterKeys.totpSecrets'), cell: (row) => formatCount(row.totpSecrets), number: true },
          { head: t('masterKeys.files'), cell: (row) => formatCount(row.files), number: true },
        ]}
      />
    </Panel>
  )
}
