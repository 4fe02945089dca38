import { formatYuan, type Money } from '#src/core/money'
import { formatMinute, type Instant } from '#src/core/time'
import { formatCount } from '../components/figures'
import { Panel } from '../components/panel'
import { Badge, type StateOf, StatusBadge } from '../components/status-badge'
import { usePage, useText } from '../page-context'

export type LedgerProof =
  | { state: 'never' }
  | { state: 'ok'; at: Instant; rows: number }
  | { state: 'drift'; at: Instant | null; drift: Money }

export type Chain = { state: StateOf<'chain'>; at: Instant | null }
/** The newest verification of the schema. */
export type SchemaLight = { state: StateOf<'check'>; at: Instant | null }
/** The newest backup that was restored and audited. */
export type BackupLight = { at: Instant; isOld: boolean } | null
/** `failing`: jobs whose last run failed or never ended, and those that are overdue. */
export type JobsLight = { known: number; failing: readonly string[] }

type LightsProps = { proof: LedgerProof; chain: Chain; schema: SchemaLight; jobs: JobsLight; backup: BackupLight }

/** Whether the books, the audit log, the schema and the clock are well: a light each, each with the page that explains it. */
export function Lights({ proof, chain, schema, jobs, backup }: LightsProps) {
  const t = useText()
  const { viewer } = usePage()
  const seesAudit = viewer?.kind === 'admin' && viewer.permissions.includes('audit:view')
  return (
    <Panel id="lights" title={t('admin.home.lights')}>
      <dl class="facts">
        <div>
          <dt>
            <a href="/admin/schema-checks#ledger">{t('admin.home.proof')}</a>
          </dt>
          <dd>
            <StatusBadge noun="proof" state={proof.state} />
            <span class="cell-more">
              <ProofWords proof={proof} />
            </span>
          </dd>
        </div>
        <div>
          <dt>{seesAudit ? <a href="/admin/audit-checks">{t('admin.home.chain')}</a> : t('admin.home.chain')}</dt>
          <dd>
            <StatusBadge noun="chain" state={chain.state} />
            {chain.at && <span class="cell-more">{t('admin.home.at', { time: formatMinute(chain.at) })}</span>}
          </dd>
        </div>
        <div>
          <dt>
            <a href="/admin/schema-checks">{t('checks.schema')}</a>
          </dt>
          <dd>
            <StatusBadge noun="check" state={schema.state} />
            {schema.at && <span class="cell-more">{t('admin.home.at', { time: formatMinute(schema.at) })}</span>}
          </dd>
        </div>
        <div>
          <dt>
            <a href="/admin/jobs">{t('admin.home.jobs')}</a>
          </dt>
          <dd>
            <JobsBadge {...jobs} />
            {jobs.failing.length > 0 && (
              <span class="cell-more">{t('admin.home.jobs.which', { jobs: jobs.failing.slice(0, 5).join(', ') })}</span>
            )}
          </dd>
        </div>
        <div>
          <dt>
            <a href="/admin/backups">{t('backups.title')}</a>
          </dt>
          <dd>
            <StatusBadge noun="backups" state={backup === null ? 'none' : backup.isOld ? 'old' : 'fresh'} />
            {backup && <span class="cell-more">{t('backups.lastGood.at', { time: formatMinute(backup.at) })}</span>}
          </dd>
        </div>
      </dl>
    </Panel>
  )
}

function ProofWords({ proof }: { proof: LedgerProof }) {
  const t = useText()
  if (proof.state === 'never') return <>{t('admin.home.proof.never.text')}</>
  const at = proof.at && t('admin.home.at', { time: formatMinute(proof.at) })
  const words =
    proof.state === 'ok'
      ? t('admin.home.proof.ok.text', { rows: formatCount(proof.rows) })
      : proof.drift > 0n
        ? t('admin.home.proof.drift.text', { amount: formatYuan(proof.drift) })
        : t('checks.home.findings')
  return (
    <>
      {words} {at}
    </>
  )
}

function JobsBadge({ known, failing }: JobsLight) {
  const t = useText()
  if (known === 0) return <Badge tone="neutral">{t('admin.home.jobs.never')}</Badge>
  return failing.length === 0 ? (
    <Badge tone="ok" icon="circle-check">
      {t('admin.home.jobs.fine')}
    </Badge>
  ) : (
    <Badge tone="bad" icon="circle-x">
      {t('admin.home.jobs.failing', { count: failing.length })}
    </Badge>
  )
}
