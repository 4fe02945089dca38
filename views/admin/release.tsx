import { instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { type DeployView, releasePath, useOwnWords, useTook } from './release-words'

/** `/admin/releases/:release_id`: one release or rollback, step by step. */
export function ReleasePage({ deploy }: { deploy: DeployView }) {
  const t = useText()
  const took = useTook()
  const { kind, to, result } = deploy
  const title = t(`releases.one.${kind}`, { version: to ?? t('releases.notYetBuilt') })
  return (
    <Layout title={title} trail={[{ href: '/admin/releases', label: t('releases.title') }]}>
      <div id="release" class="stack">
        <Failure of={deploy} />
        <Panel id="facts" title={t('releases.facts')} note={<StatusBadge noun="deploy" state={result} />}>
          <Facts
            wide
            rows={[
              { label: t('releases.before'), value: deploy.from ? <code>{deploy.from}</code> : '–' },
              { label: t('releases.after'), value: to ? <code>{to}</code> : '–' },
              { label: t('releases.schema'), value: <code>{deploy.schemaHead ?? '–'}</code> },
              { label: t('releases.startedAt'), value: <Moment at={deploy.startedAt} seconds /> },
              { label: t('releases.took'), value: took(deploy) },
              { label: t('releases.by'), value: <Name of={deploy.by} /> },
              { label: t('releases.place'), value: <Name of={deploy.place} /> },
              ...(deploy.overrideReason ? [{ label: t('releases.override'), value: <Name of={deploy.overrideReason} /> }] : []),
            ]}
          />
        </Panel>
        <Steps of={deploy} />
        {result === 'running' && (
          <p hx-get={releasePath(deploy.id)} hx-trigger="every 2s" hx-target="#release" hx-select="#release" hx-swap="outerMorph">
            <a href={releasePath(deploy.id)}>{t('releases.refresh')}</a>
          </p>
        )}
      </div>
    </Layout>
  )
}

function Failure({ of: { result, failure, from } }: { of: DeployView }) {
  const t = useText()
  const own = useOwnWords()
  if (result !== 'failed' && result !== 'undone') return null
  return (
    <Notice tone="bad" title={t(`releases.end.${result}`, { version: from ?? '–' })}>
      <p class="prose">{own(failure ?? '')}</p>
    </Notice>
  )
}

function Steps({ of: { steps } }: { of: DeployView }) {
  const t = useText()
  const own = useOwnWords()
  return (
    <Panel id="steps" title={t('releases.steps')}>
      <DataTable
        caption={t('releases.steps')}
        rows={steps}
        rowKey={(row) => row.step}
        empty={<EmptyState icon="loader-circle" title={t('releases.noSteps')} next={t('releases.noStepsNext')} />}
        columns={[
          { head: t('releases.step'), cell: (row) => t(`releases.step.${row.step}`) },
          { head: t('releases.result'), cell: (row) => <StatusBadge noun="deployStep" state={row.result} /> },
          { head: t('releases.startedAt'), cell: (row) => <Moment at={instant(row.startedAt)} seconds /> },
          {
            head: t('releases.took'),
            cell: (row) => (row.seconds === null ? '–' : t('releases.seconds', { count: row.seconds })),
            number: true,
          },
          { head: t('releases.said'), cell: (row) => <Name of={own(row.note) || '–'} />, wide: true },
        ]}
      />
    </Panel>
  )
}
