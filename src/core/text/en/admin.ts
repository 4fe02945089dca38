import type { admin as zh } from '#src/core/text/zh/admin'

/** English: pages of the administrators. */
export const admin: Record<keyof typeof zh, string> = {
  'admin.home.operators': 'Operators',
  'admin.home.operators.new': 'New today: {count}',
  'admin.home.applications': 'Games',
  'admin.home.applications.off': 'Withdrawn: {count}',
  'admin.home.requests': 'Access requests waiting',
  'admin.home.requests.oldest': 'Oldest from {time}',
  'admin.home.requests.none': 'No request is waiting',
  'admin.home.games': 'Games today',
  'admin.home.consumption': 'Consumption today',
  'admin.home.locked': 'Locked accounts',
  'admin.home.locked.some': 'Cannot start games or sign in until unlocked',
  'admin.home.locked.none': 'No account is locked',
  'admin.home.starts': 'Latest game starts',
  'admin.home.starts.caption': 'The latest {count} game starts, newest first',
  'admin.home.starts.empty': 'No game started yet',
  'admin.home.starts.emptyNext': 'Starts appear here from the first authorised game on.',
  'admin.home.starts.time': 'Time',
  'admin.home.starts.operator': 'Operator',
  'admin.home.starts.site': 'Site',
  'admin.home.starts.application': 'Game',
  'admin.home.starts.players': 'Players',
  'admin.home.starts.cost': 'Cost',
  'admin.home.starts.session': 'Session',
  'admin.home.proof': 'Ledger proof',
  'admin.home.proof.ok': 'Books balance',
  'admin.home.proof.drift': 'Drift found',
  'admin.home.proof.never': 'Not proved yet',
  'admin.home.proof.ok.text': 'All {rows} rows agree with the balances.',
  'admin.home.proof.drift.text':
    'Rows and balances differ by {amount}. Tell the operations team at once and adjust no balance by hand until they have looked.',
  'admin.home.proof.never.text': 'The proof has not run yet; its first result will be shown here.',
  'admin.home.proof.at': 'Proved at',
  'admin.home.jobs': 'Scheduled jobs',
  'admin.home.jobs.caption': 'The last run of each job',
  'admin.home.jobs.empty': 'No job has run yet',
  'admin.home.jobs.emptyNext': 'The last run of each job appears here once the worker process is up.',
  'admin.home.jobs.name': 'Job',
  'admin.home.jobs.state': 'State',
  'admin.home.jobs.last': 'Last run',

  'job.running': 'Running',

  'job.succeeded': 'Succeeded',

  'job.failed': 'Failed',

  'job.timed_out': 'Timed out',
}
