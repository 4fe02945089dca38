import type { Uuid } from '#src/core/ids'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { Badge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'

type OutcomeRow = { id: Uuid; name: string; detail: string; problem: string | null }
type OutcomesProps = { of: 'requests' | 'grants'; outcomes: readonly OutcomeRow[] }

/** What became of each of many, where not all of it went well. */
export function OutcomesPage({ of, outcomes }: OutcomesProps) {
  const t = useText()
  const refused = outcomes.filter(({ problem }) => problem !== null).length
  const back = of === 'requests' ? '/admin/app-requests' : '/admin/authorizations'
  const area = t(of === 'requests' ? 'access.title' : 'grants.title')
  return (
    <Layout title={t('access.bulk.outcomes')} trail={[{ href: back, label: area }]}>
      <Notice tone="warn" title={t('access.bulk.partly', { done: outcomes.length - refused, refused })} focus>
        <p>{t('access.bulk.partly.next')}</p>
      </Notice>
      <Panel id="outcomes" title={t('access.bulk.outcomes')}>
        <DataTable
          caption={t('access.bulk.outcomes')}
          rows={outcomes}
          rowKey={(row) => row.id}
          empty={<EmptyState title={t('access.bulk.nothing')} next={t('access.bulk.nothingNext')} />}
          columns={[
            { head: t('access.operator'), cell: (row) => <Name of={row.name} />, wide: true },
            { head: t('apps.name'), cell: (row) => <Name of={row.detail} />, wide: true },
            { head: t('access.bulk.outcome'), cell: (row) => <Outcome of={row} />, wide: true },
          ]}
        />
        <p>
          <a class="button" href={back}>
            {t('access.bulk.back')}
          </a>
        </p>
      </Panel>
    </Layout>
  )
}

function Outcome({ of }: { of: OutcomeRow }) {
  const t = useText()
  if (of.problem === null)
    return (
      <Badge tone="ok" icon="circle-check">
        {t('access.bulk.done')}
      </Badge>
    )
  return (
    <span class="with-badge">
      <Badge tone="bad" icon="circle-x">
        {t('access.bulk.refused')}
      </Badge>
      {of.problem}
    </span>
  )
}
