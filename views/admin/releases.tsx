import type { Slice } from '#src/core/keyset'
import { changedAddress, useAddress } from '../components/address'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { type DeployView, releasePath, useOwnWords, useTook } from './release-words'

export type ReleasesProps = {
  list: Slice<DeployView>
  /** What was brought into service last; null before the first release. */
  present: DeployView | null
}

/** `/admin/releases`: what runs, what is under way, and how every release ended. */
export function ReleasesPage({ list, present }: ReleasesProps) {
  const t = useText()
  const path = useAddress()({})
  const running = list.rows.find(({ result }) => result === 'running')
  return (
    <Layout title={t('releases.title')} note={t('releases.note')}>
      <div id="releases" class="stack">
        <Present of={present} />
        {running && (
          <Notice tone="info" title={t('releases.underWay', { version: running.to ?? t('releases.notYetBuilt') })}>
            <p>
              <a href={releasePath(running.id)}>{t('releases.steps')}</a>
            </p>
          </Notice>
        )}
        <History list={list} />
        {running && (
          <p hx-get={changedAddress(path, {})} hx-trigger="every 2s" hx-target="#releases" hx-select="#releases" hx-swap="outerMorph">
            <a href={changedAddress(path, {})}>{t('releases.refresh')}</a>
          </p>
        )}
      </div>
    </Layout>
  )
}

function Present({ of }: { of: DeployView | null }) {
  const t = useText()
  if (!of) return null
  return (
    <Panel id="present" title={t('releases.present')}>
      <Facts
        wide
        rows={[
          { label: t('releases.version'), value: <code>{of.to}</code> },
          { label: t('releases.since'), value: of.finishedAt ? <Moment at={of.finishedAt} /> : '–' },
          { label: t('releases.schema'), value: <code>{of.schemaHead ?? '–'}</code> },
          { label: t('releases.place'), value: <Name of={of.place} /> },
        ]}
      />
    </Panel>
  )
}

function History({ list }: { list: Slice<DeployView> }) {
  const t = useText()
  const took = useTook()
  const own = useOwnWords()
  return (
    <Panel id="history" title={t('releases.history')}>
      <DataTable
        caption={t('releases.history')}
        rows={list.rows}
        rowKey={(row) => row.id}
        empty={<EmptyState icon="loader-circle" title={t('releases.empty')} next={t('releases.emptyNext')} />}
        columns={[
          { head: t('releases.startedAt'), cell: (row) => <Moment at={row.startedAt} seconds /> },
          { head: t('releases.kind'), cell: (row) => t(`releases.kind.${row.kind}`) },
          {
            head: t('releases.version'),
            cell: (row) => (
              <>
                <a href={releasePath(row.id)}>
                  <code>{row.to ?? t('releases.notYetBuilt')}</code>
                </a>
                {row.from && <span class="cell-more">{t('releases.from', { version: row.from })}</span>}
              </>
            ),
          },
          { head: t('releases.result'), cell: (row) => <StatusBadge noun="deploy" state={row.result} /> },
          { head: t('releases.why'), cell: (row) => <Name of={own(row.failure ?? '') || '–'} />, wide: true },
          { head: t('releases.by'), cell: (row) => <Name of={row.by} /> },
          { head: t('releases.took'), cell: (row) => took(row), number: true },
        ]}
      />
      <Pager of={list} />
    </Panel>
  )
}
