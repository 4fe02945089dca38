import type { Instant } from '#src/core/time'
import { ShortId } from '../components/copy'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import { CsrfField } from '../components/form'
import { Icon } from '../components/icon'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { AuditTabs } from './audit-logs'
import { useConsole } from './audit-words'

export type AuditCheckView = {
  id: string
  status: 'running' | 'intact' | 'broken' | 'failed'
  requestedByName: string | null
  startedAt: Instant
  finishedAt: Instant | null
  rowsTotal: number
  rowsDone: number
  brokenAt: bigint | null
  fault: 'changed' | 'missing' | 'tail' | null
  headSeq: bigint | null
  headHash: string | null
}

export type AuditChecksProps = { checks: readonly AuditCheckView[]; message: string | null }

/** `/admin/audit-checks`: whether the chain holds, since when that is known, and a check now. */
export function AuditChecksPage({ checks, message }: AuditChecksProps) {
  const t = useText()
  const at = useConsole()
  const [newest] = checks
  return (
    <Layout title={t('audit.tabs.checks')} trail={[{ href: `${at}/audit-logs`, label: t('audit.title') }]}>
      <AuditTabs current="checks" />
      {message !== null && (
        <Notice tone="bad" title={t('audit.check.refused')} focus>
          <p>{message}</p>
        </Notice>
      )}
      <div id="checks" class="stack">
        <Panel id="state" title={t('audit.check.state')} note={<StatusBadge noun="chain" state={newest?.status ?? 'never'} />}>
          <State of={newest} />
          {newest?.status !== 'running' && (
            <form method="post" action={`${at}/audit-checks`} class="form" data-once>
              <CsrfField />
              <p class="muted">{t('audit.check.what')}</p>
              <div class="form-actions">
                <button type="submit" class="button primary" data-sending={t('form.sending')}>
                  <Icon name="shield-check" />
                  {t('audit.check.verb')}
                </button>
              </div>
            </form>
          )}
        </Panel>
        <History rows={checks} />
        {newest?.status === 'running' && (
          <p hx-get={`${at}/audit-checks`} hx-trigger="every 2s" hx-target="#checks" hx-select="#checks" hx-swap="outerMorph">
            <a href={`${at}/audit-checks`}>{t('audit.check.refresh')}</a>
          </p>
        )}
      </div>
    </Layout>
  )
}

function State({ of }: { of: AuditCheckView | undefined }) {
  const t = useText()
  if (!of) return <p>{t('audit.check.never.text')}</p>
  const [done, total] = [formatCount(of.rowsDone), formatCount(of.rowsTotal)]
  if (of.status === 'running')
    return (
      <div class="export-state">
        <progress class="progress" max={Math.max(of.rowsTotal, 1)} value={of.rowsDone} aria-label={t('audit.check.running')} />
        <p>{t('audit.check.running.text', { done, total })}</p>
      </div>
    )
  if (of.status === 'broken')
    return <p class="list-text bad">{t(`audit.check.broken.${of.fault ?? 'changed'}`, { seq: String(of.brokenAt ?? 0n) })}</p>
  return <p>{of.status === 'intact' ? t('audit.check.intact.text', { rows: done }) : t('audit.check.failed.text')}</p>
}

function History({ rows }: { rows: readonly AuditCheckView[] }) {
  const t = useText()
  return (
    <Panel id="history" title={t('audit.check.history')}>
      <DataTable
        caption={t('audit.check.history')}
        rows={rows}
        rowKey={(row) => row.id}
        empty={<EmptyState icon="shield-check" title={t('audit.check.empty')} next={t('audit.check.never.text')} />}
        columns={[
          { head: t('audit.check.at'), cell: (row) => <Moment at={row.startedAt} seconds /> },
          { head: t('audit.check.state'), cell: (row) => <StatusBadge noun="chain" state={row.status} /> },
          { head: t('audit.check.rows'), cell: (row) => formatCount(row.rowsDone), number: true },
          { head: t('audit.check.took'), cell: (row) => took(row), number: true },
          {
            head: t('audit.check.head'),
            cell: (row) =>
              row.headSeq === null ? (
                '–'
              ) : (
                <span class="with-badge">
                  {formatCount(Number(row.headSeq))} <ShortId id={row.headHash ?? ''} />
                </span>
              ),
          },
          {
            head: t('audit.check.by'),
            cell: (row) => (row.requestedByName === null ? t('audit.check.clock') : <Name of={row.requestedByName} />),
          },
        ]}
      />
    </Panel>
  )
}

const took = ({ startedAt, finishedAt }: AuditCheckView): string =>
  finishedAt === null ? '–' : `${((finishedAt.getTime() - startedAt.getTime()) / 1000).toFixed(1)} s`
