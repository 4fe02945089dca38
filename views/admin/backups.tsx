import { isPlainKey, type PlainKey } from '#src/core/text'
import { formatMinute, type Instant } from '#src/core/time'
import { changedAddress, useAddress, useAsked } from '../components/address'
import { ConfirmForm } from '../components/confirm'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatBytes, formatCount } from '../components/figures'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { StatTile } from '../components/stat-tile'
import { type StateOf, StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { usePage, useText } from '../page-context'

/** Why something did not work: a code with words in both languages, and what they name. */
type FaultView = { code: string; facts: Readonly<Record<string, string | number>> }

export type BackupView = {
  name: string
  reason: 'daily' | 'manual' | 'release' | 'safety'
  way: 'archive' | 'pg_dump' | null
  status: StateOf<'backup'>
  phase: 'writing' | 'checking' | 'restoring' | 'proving' | 'copying' | null
  stepsDone: number
  stepsTotal: number
  takenAt: Instant
  provedAt: Instant | null
  copiedAt: Instant | null
  isEncrypted: boolean
  rows: number | null
  bytes: number | null
  fault: FaultView | null
}

export type RestoreView = {
  id: string
  backupName: string
  purpose: 'proof' | 'rehearsal' | 'restore'
  at: Instant
  rows: number
  journalRows: number
  restoreMs: number
  auditMs: number
  fault: FaultView | null
}

export type BackupsProps = {
  now: Instant
  backups: readonly BackupView[]
  /** Where the backups before these begin; null when there are none. */
  older: string | null
  restores: readonly RestoreView[]
  lastGood: { takenAt: Instant; isOld: boolean } | null
  lastRestore: { at: Instant; milliseconds: number } | null
  kept: { count: number; bytes: number }
  keepDays: number
  isOn: boolean
  isCopying: boolean
  mayRun: boolean
}

const RUN = '/admin/backups/run'

/** `/admin/backups`: what there is, whether it came back to life, and how old it is. */
export function BackupsPage(props: BackupsProps) {
  const t = useText()
  const { path } = usePage()
  const isRunning = props.backups.some(({ status }) => status === 'running')
  const action = props.mayRun && (
    <a class="button primary" href={RUN}>
      {t('backups.run')}
    </a>
  )
  return (
    <Layout title={t('backups.title')} note={t('backups.note')} action={action}>
      <div id="backups" class="stack">
        {!props.isOn && (
          <Notice tone="warn" title={t('backups.off')}>
            <p>{t('backups.offNext')}</p>
          </Notice>
        )}
        <Tiles {...props} />
        <Backups {...props} />
        <Restores {...props} />
        {isRunning && (
          <p hx-get={changedAddress(path, {})} hx-trigger="every 2s" hx-target="#backups" hx-select="#backups" hx-swap="outerMorph">
            <a href={changedAddress(path, {})}>{t('jobs.refresh')}</a>
          </p>
        )}
      </div>
    </Layout>
  )
}

const HOUR_MS = 3_600_000

/** Whole hours, and days from the third on. */
function useAge(now: Instant): (at: Instant) => string {
  const t = useText()
  return (at) => {
    const hours = Math.max(0, Math.floor((now.getTime() - at.getTime()) / HOUR_MS))
    return hours < 48 ? t('backups.hours', { count: hours }) : t('backups.days', { count: Math.floor(hours / 24) })
  }
}

function Tiles({ now, lastGood, lastRestore, kept, keepDays }: BackupsProps) {
  const t = useText()
  const age = useAge(now)
  const hasNone = lastGood === null
  return (
    <div class="tiles">
      <StatTile
        label={t('backups.lastGood')}
        icon="shield-check"
        figure={hasNone ? t('backups.none') : age(lastGood.takenAt)}
        tone={hasNone || lastGood.isOld ? 'bad' : 'plain'}
        note={hasNone ? t('backups.lastGood.none') : t('backups.lastGood.at', { time: formatMinute(lastGood.takenAt) })}
        href="#list"
      />
      <StatTile
        label={t('backups.lastRestore')}
        icon="history"
        figure={lastRestore ? age(lastRestore.at) : t('backups.none')}
        tone={lastRestore ? 'plain' : 'warn'}
        note={lastRestore ? t('backups.lastRestore.took', { seconds: inSeconds(lastRestore.milliseconds) }) : t('backups.lastRestore.none')}
        href="#restores"
      />
      <StatTile
        label={t('backups.kept')}
        icon="inbox"
        figure={formatCount(kept.count)}
        note={t('backups.kept.note', { size: formatBytes(kept.bytes), days: keepDays })}
        href="#list"
      />
    </div>
  )
}

const inSeconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(1)

function Backups({ backups, older, isCopying }: BackupsProps) {
  const t = useText()
  const address = useAddress()
  const asked = useAsked()
  return (
    <Panel id="list" title={t('backups.list')}>
      <DataTable
        caption={t('backups.list')}
        rows={backups}
        rowKey={(row) => row.name}
        empty={<EmptyState icon="inbox" title={t('backups.empty')} next={t('backups.emptyNext')} />}
        columns={[
          {
            head: t('backups.of'),
            cell: (row) => (
              <>
                <Moment at={row.takenAt} seconds />
                <span class="cell-more">
                  <Name of={row.name} />
                </span>
              </>
            ),
          },
          { head: t('backups.reason'), cell: (row) => t(`backups.reason.${row.reason}`) },
          { head: t('backups.state'), cell: (row) => <Standing {...row} />, wide: true },
          { head: t('backups.rows'), cell: (row) => (row.rows === null ? '–' : formatCount(row.rows)), number: true },
          { head: t('backups.size'), cell: (row) => (row.bytes === null ? '–' : formatBytes(row.bytes)), number: true },
          { head: t('backups.way'), cell: (row) => <Way {...row} />, wide: true },
          { head: t('backups.proved'), cell: (row) => (row.provedAt ? <Moment at={row.provedAt} /> : '–') },
          ...(isCopying
            ? [{ head: t('backups.copy'), cell: (row: BackupView) => (row.copiedAt ? <Moment at={row.copiedAt} /> : '–') }]
            : []),
        ]}
      />
      <p class="pager-steps">
        {asked('older') !== undefined && <a href={address({ older: null })}>{t('backups.newest')}</a>}
        {older && (
          <a class="button" href={address({ older })} rel="next">
            {t('backups.older')}
          </a>
        )}
      </p>
    </Panel>
  )
}

const PHASES = {
  writing: 'backups.phase.writing',
  checking: 'backups.phase.checking',
  restoring: 'backups.phase.restoring',
  proving: 'backups.phase.proving',
  copying: 'backups.phase.copying',
} as const satisfies Record<NonNullable<BackupView['phase']>, PlainKey>

/** How it stands; while it runs, how far it is; where it failed, why. */
function Standing({ status, phase, stepsDone, stepsTotal, fault }: BackupView) {
  const t = useText()
  const done = Math.min(stepsDone, stepsTotal)
  return (
    <>
      <StatusBadge noun="backup" state={status} />
      {phase && (
        <>
          <progress class="progress" max={Math.max(stepsTotal, 1)} value={done} aria-label={t(PHASES[phase])} />
          <span class="cell-more">{t(PHASES[phase])}</span>
        </>
      )}
      {fault && (
        <span class="cell-more">
          <Fault {...fault} />
        </span>
      )}
    </>
  )
}

/** A sentence is shown whole; what it names may come from outside. */
const MOST_LETTERS = 400

/** A fault in words; one that this release has no words for keeps its code. */
function Fault({ code, facts }: FaultView) {
  const t = useText()
  const key = `backups.fault.${code}`
  return isPlainKey(key) ? (
    <bdi>{t(key, ...([facts] as unknown as [])).slice(0, MOST_LETTERS)}</bdi>
  ) : (
    <code>{code.slice(0, MOST_LETTERS)}</code>
  )
}

function Way({ way, isEncrypted }: BackupView) {
  const t = useText()
  if (way === null) return <>–</>
  return (
    <>
      <span class="whole-words">{t(`backups.way.${way}`)}</span>
      <span class="cell-more">{t(isEncrypted ? 'backups.encrypted' : 'backups.plain')}</span>
    </>
  )
}

function Restores({ restores }: BackupsProps) {
  const t = useText()
  return (
    <Panel id="restores" title={t('backups.restores')} note={t('backups.restores.note')}>
      <DataTable
        caption={t('backups.restores')}
        rows={restores}
        rowKey={(row) => row.id}
        empty={<EmptyState icon="history" title={t('backups.restores.empty')} next={t('backups.restores.emptyNext')} />}
        columns={[
          { head: t('backups.restores.at'), cell: (row) => <Moment at={row.at} seconds /> },
          { head: t('backups.restores.purpose'), cell: (row) => t(`backups.purpose.${row.purpose}`) },
          {
            head: t('backups.restores.outcome'),
            cell: (row) => (
              <>
                <StatusBadge noun="restore" state={row.fault ? 'failed' : 'sound'} />
                {row.fault && (
                  <span class="cell-more">
                    <Fault {...row.fault} />
                  </span>
                )}
              </>
            ),
            wide: true,
          },
          { head: t('backups.rows'), cell: (row) => formatCount(row.rows), number: true },
          { head: t('backups.restores.journal'), cell: (row) => formatCount(row.journalRows), number: true },
          { head: t('backups.restores.took'), cell: (row) => t('backups.seconds', { count: inSeconds(row.restoreMs) }), number: true },
          { head: t('backups.restores.audit'), cell: (row) => t('backups.seconds', { count: inSeconds(row.auditMs) }), number: true },
          { head: t('backups.restores.backup'), cell: (row) => <Name of={row.backupName} />, wide: true },
        ]}
      />
    </Panel>
  )
}

/** `/admin/backups/run`: asks before a backup is made at once. */
export function RunBackupPage({ lastGoodAt, message }: { lastGoodAt: Instant | null; message: string | null }) {
  const t = useText()
  return (
    <Layout title={t('backups.confirm')} trail={[{ href: '/admin/backups', label: t('backups.title') }]}>
      {message !== null && (
        <Notice tone="bad" title={t('backups.refused')} focus>
          <p>{message}</p>
        </Notice>
      )}
      <section class="panel" aria-label={t('backups.confirm')}>
        <ConfirmForm id="run" action={RUN} verb={t('backups.run')} back="/admin/backups" tone="primary">
          <p>{t('backups.confirm.what')}</p>
          <p class="muted">{lastGoodAt ? t('backups.confirm.last', { time: formatMinute(lastGoodAt) }) : t('backups.confirm.none')}</p>
        </ConfirmForm>
      </section>
    </Layout>
  )
}
