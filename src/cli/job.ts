import { formatDateTime, now } from '#src/core/time'
import { lastRuns } from '#src/monitoring/job-runs'
import { flushLog } from '#src/platform/log'
import { loadSettings, seedSettings } from '#src/settings/settings'
import { findJob, runJob } from '#workers/run-job'
import { JOBS } from '#workers/schedule'
import { type Command, failure, parse, withDatabase } from './command'
import { columns, complain, print } from './print'

export const jobCommands: Command[] = [
  {
    name: 'job list',
    usage: '',
    zh: '列出定时任务及最近一次运行',
    en: 'list the jobs and their last runs',
    run: async (args) => {
      parse(args, {})
      const runs = new Map((await withDatabase(lastRuns)).map((run) => [run.job, run]))
      const rows = JOBS.map(({ name, cron }) => {
        const last = runs.get(name)
        return [name, cron, last ? formatDateTime(last.startedAt) : '—', last?.status ?? '—', last?.error ?? '']
      })
      print(columns([['任务 job', '时间 cron', '最近 last run', '结果 result', ''], ...rows]))
      return 0
    },
  },
  {
    name: 'job',
    usage: '<name>',
    zh: '立即运行一个定时任务',
    en: 'run a job now',
    more: ['任务名见 mr job list / names: mr job list'],
    run: async (args) => {
      const { positionals } = parse(args, {}, ['name'])
      const job = findJob(positionals[0]!)
      if (!job) throw failure(`没有任务“${positionals[0]}”，见 mr job list`, `there is no job "${positionals[0]}", see mr job list`)
      // To the millisecond: a run by hand is a tick of its own and leaves the clock's ticks to the clock.
      const outcome = await withDatabase(async () => {
        await seedSettings()
        await loadSettings()
        return runJob(job, now())
      })
      flushLog()
      if (outcome.status === 'ok') {
        print(`${job.name}: ${JSON.stringify(outcome.counts)}`)
        return 0
      }
      complain(`${job.name}: ${outcome.status === 'failed' ? outcome.error : '已在运行 / already taken'}`)
      return 1
    },
  },
]
