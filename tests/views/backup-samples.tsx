import { BackupsPage, type BackupsProps, type BackupView, type RestoreView, RunBackupPage } from '#views/admin/backups'
import { ago, id, type Sample } from './sample-parts'
import { NOW, type Say, staff } from './sample-props'

const STATES = ['running', 'good', 'failed', 'unproved', 'removed'] as const
const REASONS = ['daily', 'manual', 'release', 'safety'] as const
const PHASES = ['writing', 'checking', 'restoring', 'proving', 'copying'] as const

function aBackup(say: Say, at: number): BackupView {
  const status = STATES[at % STATES.length]!
  const isWhole = status === 'good' || status === 'unproved' || status === 'removed'
  return {
    name: say(`mr_game_ops-20261${at}21T180000Z-a1b2c3`),
    reason: REASONS[at % REASONS.length]!,
    way: isWhole ? (at % 2 === 0 ? 'archive' : 'pg_dump') : null,
    status,
    phase: status === 'running' ? PHASES[at % PHASES.length]! : null,
    stepsDone: 412_000,
    stepsTotal: 2_100_000,
    takenAt: ago(at * 86_400),
    provedAt: status === 'good' ? ago(at * 86_400 - 60) : null,
    copiedAt: status === 'good' ? ago(at * 86_400 - 90) : null,
    isEncrypted: at % 2 === 0,
    rows: isWhole ? 2_104_552 : null,
    bytes: isWhole ? 312_400_000 : null,
    fault:
      status === 'failed' ? { code: 'part_cut', facts: { part: say('public.usage_records.copy.zst'), expected: 4_096, found: 12 } } : null,
  }
}

const aRestore = (say: Say, at: number): RestoreView => ({
  id: id(at),
  backupName: say('mr_game_ops-20261121T180000Z-a1b2c3'),
  purpose: (['proof', 'rehearsal', 'restore'] as const)[at % 3]!,
  at: ago(at * 86_400),
  rows: 2_104_552,
  journalRows: 1_000_020,
  restoreMs: 31_400,
  auditMs: 9_800,
  fault: at % 3 === 2 ? { code: at % 2 === 0 ? 'ledger_differs' : say('unheard_of'), facts: { count: 2, first: say('I10 seq 17') } } : null,
})

const some = (say: Say): BackupsProps => ({
  now: NOW,
  backups: [0, 1, 2, 3, 4].map((at) => aBackup(say, at)),
  older: '1795197600000',
  restores: [1, 2, 3, 5].map((at) => aRestore(say, at)),
  lastGood: { takenAt: ago(86_400), isOld: false },
  lastRestore: { at: ago(86_340), milliseconds: 41_200 },
  kept: { count: 7, bytes: 2_186_800_000 },
  keepDays: 7,
  isOn: true,
  isCopying: true,
  mayRun: true,
})

const none: BackupsProps = {
  ...{ now: NOW, backups: [], older: null, restores: [], lastGood: null, lastRestore: null, kept: { count: 0, bytes: 0 } },
  ...{ keepDays: 7, isOn: false, isCopying: false, mayRun: false },
}

export function backupSamples(say: Say): Sample[] {
  const viewer = { ...staff(say, 'admin', 'super_admin'), permissions: ['job:run'] }
  const at = (name: string, path: string, page: Sample['page']): Sample => ({ name, path, viewer, page })
  return [
    at('backups', '/admin/backups', <BackupsPage {...some(say)} />),
    at('backups-none', '/admin/backups', <BackupsPage {...none} />),
    at('backup-run', '/admin/backups/run', <RunBackupPage lastGoodAt={ago(86_400)} message={say('上一次运行还没有结束')} />),
  ]
}
