import { isPlainKey } from '#src/core/text'
import { formatMinute, type Instant, iso } from '#src/core/time'
import { changedAddress, useAddress, useAsked } from '../components/address'
import { ConfirmForm } from '../components/confirm'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import { FilterCheck, FilterSelect, Filters } from '../components/filters'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { type StateOf, StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { usePage, useText } from '../page-context'
import { MasterKeys, type MasterKeysProps } from './master-keys'
import { Workers, type WorkerView } from './workers'

export type JobRunView = {
  job: string
  state: Exclude<StateOf<'job'>, 'overdue'>
  scheduledFor: Instant
  startedAt: Instant
  finishedAt: Instant | null
  result: Record<string, number> | null
  error: string | null
  requestedByName: string | null
  attempts: number
  progress: { done: number; total: number | null } | null
}

export type ScheduledJobView = {
  name: string
  cron: string
  timeoutSeconds: number
  nextAt: Instant | null
  last: JobRunView | null
  lastSuccessAt: Instant | null
  overdueSince: Instant | null
}

export type JobsProps = {
  jobs: readonly ScheduledJobView[]
  runs: readonly JobRunView[]
  /** Where the runs before these begin; null when there are none. */
  older: string | null
  filter: { job: string; failed: boolean }
  mayRun: boolean
  workers: readonly WorkerView[]
  masterKeys: MasterKeysProps
}

const runPath = (job: string): string => `/admin/jobs/${encodeURIComponent(job)}/run`

/** `/admin/jobs`: what the clock does, when it is due, what came of it, and a run at once. */
export function JobsPage({ jobs, runs, older, filter, mayRun, workers, masterKeys }: JobsProps) {
  const t = useText()
  const { path } = usePage()
  const isOpen = [...jobs.map(({ last }) => last), ...runs].some((run) => run?.state === 'requested' || run?.state === 'running')
  return (
    <Layout title={t('jobs.title')} note={t('jobs.note')}>
      <div id="jobs" class="stack">
        <Workers workers={workers} />
        <Jobs jobs={jobs} mayRun={mayRun} />
        <Runs runs={runs} older={older} filter={filter} jobs={jobs} />
        <MasterKeys {...masterKeys} />
        {isOpen && (
          <p hx-get={changedAddress(path, {})} hx-trigger="every 2s" hx-target="#jobs" hx-select="#jobs" hx-swap="outerMorph">
            <a href={changedAddress(path, {})}>{t('jobs.refresh')}</a>
          </p>
        )}
      </div>
    </Layout>
  )
}

/** What a job is for; one that this release has no words for keeps its name alone. */
function useJobWords(): (job: string) => string {
  const t = useText()
  return (job) => {
    const key = `jobs.what.${job}`
    return isPlainKey(key) ? t(key) : ''
  }
}

function Jobs({ jobs, mayRun }: Pick<JobsProps, 'jobs' | 'mayRun'>) {
  const t = useText()
  const what = useJobWords()
  return (
    <Panel id="list" title={t('jobs.list')}>
      <DataTable
        caption={t('jobs.list')}
        rows={jobs}
        rowKey={(row) => row.name}
        empty={<EmptyState icon="loader-circle" title={t('jobs.quiet')} next={t('jobs.quietNext')} />}
        columns={[
          {
            head: t('jobs.name'),
            cell: (row) => (
              <>
                <a href={`/admin/jobs?job=${encodeURIComponent(row.name)}#runs`}>{what(row.name) || row.name}</a>
                <span class="cell-more">
                  <code>{row.name}</code>
                </span>
              </>
            ),
            wide: true,
          },
          { head: t('jobs.state'), cell: (row) => <JobState of={row} /> },
          {
            head: t('jobs.last'),
            cell: (row) =>
              row.last ? (
                <>
                  <Moment at={row.last.startedAt} seconds />
                  <span class="cell-more">{took(row.last)}</span>
                </>
              ) : (
                '–'
              ),
          },
          { head: t('jobs.result'), cell: (row) => (row.last ? <Outcome of={row.last} /> : '–'), wide: true },
          { head: t('jobs.success'), cell: (row) => (row.lastSuccessAt ? <Moment at={row.lastSuccessAt} /> : '–') },
          {
            head: t('jobs.next'),
            cell: (row) => (
              <>
                {row.nextAt ? <Moment at={row.nextAt} seconds /> : '–'}
                <span class="cell-more">
                  <code>{row.cron}</code>
                </span>
              </>
            ),
          },
          ...(mayRun
            ? [
                {
                  head: t('jobs.action'),
                  action: true,
                  cell: (row: ScheduledJobView) => (
                    <a href={runPath(row.name)} aria-label={t('jobs.run.of', { job: row.name })}>
                      {t('jobs.run')}
                    </a>
                  ),
                },
              ]
            : []),
        ]}
      />
    </Panel>
  )
}

function JobState({ of }: { of: ScheduledJobView }) {
  const t = useText()
  return (
    <>
      {of.last ? <StatusBadge noun="job" state={of.last.state} /> : t('jobs.never')}
      {of.last && <Came run={of.last} />}
      {of.overdueSince && (
        <>
          {' '}
          <StatusBadge noun="job" state="overdue" />
          <span class="cell-more">{t('jobs.overdue.since', { time: formatMinute(of.overdueSince) })}</span>
        </>
      )}
    </>
  )
}

/** How far a run that is under way has come, and which attempt it is after a process died over it. */
function Came({ run: { state, progress, attempts } }: { run: JobRunView }) {
  const t = useText()
  const count = (figure: number) => formatCount(figure)
  return (
    <>
      {state === 'running' && progress && (
        <>
          {progress.total !== null && (
            <progress class="progress" max={Math.max(progress.total, 1)} value={progress.done} aria-label={t('jobs.progress.label')} />
          )}
          <span class="cell-more">
            {t('jobs.progress', { done: count(progress.done), total: progress.total === null ? '–' : count(progress.total) })}
          </span>
        </>
      )}
      {attempts > 1 && <span class="cell-more">{t('jobs.attempt', { count: attempts })}</span>}
    </>
  )
}

function Runs({ runs, older, filter, jobs }: Pick<JobsProps, 'runs' | 'older' | 'filter' | 'jobs'>) {
  const t = useText()
  const address = useAddress()
  const asked = useAsked()
  return (
    <Panel id="runs" title={filter.job === '' ? t('jobs.runs') : t('jobs.runs.of', { job: filter.job })}>
      <Filters
        action="/admin/jobs"
        chips={[
          ...(filter.job === '' ? [] : [{ label: filter.job, clear: ['job'] }]),
          ...(filter.failed ? [{ label: t('jobs.filter.failed'), clear: ['failed'] }] : []),
        ]}
      >
        <FilterSelect
          name="job"
          label={t('jobs.name')}
          value={filter.job}
          options={[{ value: '', label: t('jobs.filter.all') }, ...jobs.map(({ name }) => ({ value: name, label: name }))]}
        />
        <FilterCheck name="failed" label={t('jobs.filter.failed')} checked={filter.failed} />
      </Filters>
      <DataTable
        caption={t('jobs.runs')}
        rows={runs}
        rowKey={(row) => `${row.job} ${iso(row.scheduledFor)}`}
        empty={<EmptyState icon="history" title={t('jobs.runs.empty')} next={t('jobs.runs.emptyNext')} />}
        columns={[
          { head: t('jobs.at'), cell: (row) => <Moment at={row.scheduledFor} seconds /> },
          { head: t('jobs.name'), cell: (row) => <code>{row.job}</code> },
          {
            head: t('jobs.state'),
            cell: (row) => (
              <>
                <StatusBadge noun="job" state={row.state} />
                <Came run={row} />
              </>
            ),
          },
          { head: t('jobs.took'), cell: (row) => took(row), number: true },
          { head: t('jobs.result'), cell: (row) => <Outcome of={row} />, wide: true },
          { head: t('jobs.by'), cell: (row) => (row.requestedByName === null ? t('jobs.byClock') : <Name of={row.requestedByName} />) },
        ]}
      />
      <p class="pager-steps">
        {asked('older') !== undefined && <a href={`${address({ older: null })}#runs`}>{t('jobs.newest')}</a>}
        {older && (
          <a class="button" href={`${address({ older })}#runs`} rel="next">
            {t('jobs.older')}
          </a>
        )}
      </p>
    </Panel>
  )
}

/** What it counted, or why it failed, in one line; a count that this release has no word for keeps its own. */
function Outcome({ of: { result, error } }: { of: JobRunView }) {
  const t = useText()
  const counted = Object.entries(result ?? {}).map(([name, count]) => {
    const key = `jobs.counts.${name}`
    return `${isPlainKey(key) ? t(key) : name} ${formatCount(count)}`
  })
  return <Name of={error ?? (counted.join(' · ') || '–')} />
}

function took({ startedAt, finishedAt }: JobRunView): string {
  if (finishedAt === null) return '–'
  const milliseconds = finishedAt.getTime() - startedAt.getTime()
  return milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`
}

export type RunJobProps = { job: ScheduledJobView; message: string | null }

/** `/admin/jobs/:name/run`: asks before a job is run at once. */
export function RunJobPage({ job, message }: RunJobProps) {
  const t = useText()
  const title = t('jobs.confirm', { job: job.name })
  return (
    <Layout title={title} trail={[{ href: '/admin/jobs', label: t('jobs.title') }]}>
      {message !== null && (
        <Notice tone="bad" title={t('jobs.refused')} focus>
          <p>{message}</p>
        </Notice>
      )}
      <section class="panel" aria-label={title}>
        <ConfirmForm id="run" action={runPath(job.name)} verb={t('jobs.run.of', { job: job.name })} back="/admin/jobs" tone="primary">
          <p>{t('jobs.confirm.what')}</p>
          {job.last && (
            <p class="muted">{t('jobs.confirm.last', { state: t(STATES[job.last.state]), time: formatMinute(job.last.startedAt) })}</p>
          )}
        </ConfirmForm>
      </section>
    </Layout>
  )
}

const STATES = {
  requested: 'jobs.requested',
  running: 'job.running',
  succeeded: 'job.succeeded',
  failed: 'job.failed',
  timed_out: 'job.timed_out',
} as const
