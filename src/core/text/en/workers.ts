/** English: the processes behind the jobs, and the master keys. */
export const workers = {
  'jobs.overdue': 'Overdue',
  'jobs.overdue.since': 'Due {time}',
  'jobs.progress': '{done} / {total}',
  'jobs.progress.label': 'Progress',
  'jobs.attempt': 'Attempt {count}',

  'workers.title': 'Workers processes',
  'workers.note': 'A beat every 2 seconds; after 15 without one the others take over its work',
  'workers.process': 'Process',
  'workers.state': 'State',
  'workers.alive': 'Alive',
  'workers.silent': 'Silent',
  'workers.version': 'Version',
  'workers.since': 'Since',
  'workers.beat': 'Last beat',
  'workers.empty': 'No workers process is there',
  'workers.emptyNext': 'Jobs and deliveries stand still: start the workers now.',

  'masterKeys.title': 'Master keys',
  'masterKeys.note': 'They seal API keys, TOTP secrets and payment key files; only their numbers are shown',
  'masterKeys.version': 'Number',
  'masterKeys.state': 'State',
  'masterKeys.newest': 'In use',
  'masterKeys.needed': 'Still needed',
  'masterKeys.removable': 'May be removed',
  'masterKeys.missing.badge': 'Missing',
  'masterKeys.since': 'Since',
  'masterKeys.apiKeys': 'API keys',
  'masterKeys.totpSecrets': 'TOTP secrets',
  'masterKeys.files': 'Key files',
  'masterKeys.empty': 'No master keys',
  'masterKeys.emptyNext': 'Master keys are set in MASTER_KEYS.',
  'masterKeys.rotate': 'The master key is {days} days old: rotate it',
  'masterKeys.rotate.what':
    'Add a new key with a higher number to MASTER_KEYS and restart all processes; within the hour everything is sealed under it, or run mr secret reseal.',
  'masterKeys.remove': 'Old master keys may be removed: {versions}',
  'masterKeys.remove.what':
    'Nothing is sealed under them any more and old backups are gone; take them out of MASTER_KEYS and restart all processes.',
  'masterKeys.missing': 'Master keys are missing: {versions}',
  'masterKeys.missing.what':
    'Something is still sealed under them. Put them back into MASTER_KEYS, restart all processes and run mr secret reseal.',
} as const
