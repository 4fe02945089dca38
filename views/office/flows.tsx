import type { LatestFlow } from '#src/office/flows'
import { DataTable } from '../components/data-table'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { OFFICE_PATH, OfficeTabs } from './words'

/** `/office/flows`: of each form who decides, in the version that is in force. */
export function FlowsPage({ flows }: { flows: readonly LatestFlow[] }) {
  const t = useText()
  return (
    <Layout title={t('office.flows')} note={t('office.flows.note')}>
      <OfficeTabs current="flows" />
      <section class="panel" aria-label={t('office.flows')}>
        <DataTable
          caption={t('office.flows')}
          rows={flows}
          rowKey={(row) => row.form}
          empty={null}
          columns={[
            { head: t('office.form'), cell: (row) => <a href={`${OFFICE_PATH}/flows/${row.form}`}>{t(`office.form.${row.form}`)}</a> },
            { head: t('office.flow.nodes'), cell: (row) => <Name of={row.flow.nodes.map(({ name }) => name).join(' → ')} />, wide: true },
            { head: t('office.flow.version'), cell: (row) => row.version, number: true },
            { head: t('office.flow.author'), cell: (row) => (row.authorName ? <Name of={row.authorName} /> : t('office.flow.builtin')) },
            { head: t('office.flow.since'), cell: (row) => <Moment at={row.createdAt} /> },
          ]}
        />
      </section>
    </Layout>
  )
}
