import { showId } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import type { PlainKey } from '#src/core/text'
import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatBytes, formatCount } from '../components/figures'
import { CsrfField } from '../components/form'
import { Icon, type IconName } from '../components/icon'
import { Moment } from '../components/moment'
import { Notice, type Tone } from '../components/notice'
import { Pager } from '../components/pager'
import { Badge } from '../components/status-badge'
import { Layout } from '../layout'
import { usePage, useText } from '../page-context'

export type ExportView = {
  id: string
  /** The key of what it holds. */
  title: PlainKey
  format: 'excel' | 'csv'
  status: 'queued' | 'running' | 'ready' | 'failed' | 'expired'
  rowsDone: number
  rowsTotal: number
  fileName: string
  fileBytes: bigint | null
  fileSha256: Uint8Array | null
  createdAt: Instant
  expiresAt: Instant | null
}

export type ExportsProps = {
  at: '/operator/exports' | '/staff/exports'
  exports: Slice<ExportView>
  /** Why the export that was just asked for was not started. */
  refusal: string | null
}

/** `/operator/exports` and `/staff/exports`: files that are being made, that wait for their owner, and those that were. */
export function ExportsPage({ at, exports, refusal }: ExportsProps) {
  const t = useText()
  return (
    <Layout title={t('exports.title')} note={t(at === '/staff/exports' ? 'staff.exports.note' : 'exports.note')}>
      {refusal && (
        <Notice tone="bad" title={t('exports.refused')} focus>
          <p>{refusal}</p>
        </Notice>
      )}
      <Files at={at} rows={exports.rows} />
      <Pager of={exports} />
    </Layout>
  )
}

const isOpen = ({ status }: ExportView): boolean => status === 'queued' || status === 'running'

/** While a file is being made the list asks for itself every two seconds; an answer in which none is has nothing that asks. */
function Files({ at, rows }: { at: ExportsProps['at']; rows: readonly ExportView[] }) {
  const t = useText()
  const { path } = usePage()
  const own = ownAddress(at, path)
  const next = t(at === '/staff/exports' ? 'staff.exports.emptyNext' : 'exports.emptyNext')
  return (
    <section class="panel" id="files" aria-label={t('exports.title')}>
      <DataTable
        caption={t('exports.list')}
        rows={rows}
        rowKey={(row) => row.id}
        empty={<EmptyState icon="download" title={t('exports.empty')} next={next} />}
        columns={[
          { head: t('exports.column.file'), cell: (row) => <File row={row} />, wide: true },
          { head: t('exports.column.state'), cell: (row) => <State row={row} />, wide: true },
          {
            head: t('exports.column.size'),
            cell: ({ fileBytes }) => (fileBytes === null ? '–' : formatBytes(Number(fileBytes))),
            number: true,
          },
          { head: t('exports.column.asked'), cell: ({ createdAt }) => <Moment at={createdAt} /> },
          { head: t('exports.column.until'), cell: ({ expiresAt }) => (expiresAt ? <Moment at={expiresAt} /> : '–') },
          { head: t('exports.column.next'), action: true, cell: (row) => <Next at={at} row={row} /> },
        ]}
      />
      {rows.some(isOpen) && (
        <p hx-get={own} hx-trigger="every 2s" hx-target="#files" hx-select="#files" hx-swap="outerMorph">
          <a href={own}>{t('exports.refresh')}</a>
        </p>
      )}
    </section>
  )
}

/** After a refused form the page's own address is that of the form, which is this page's too. */
const ownAddress = (at: string, path: string): string => (path.startsWith(`${at}?`) ? path : at)

function File({ row: { title, fileName, fileSha256 } }: { row: ExportView }) {
  const t = useText()
  return (
    <div>
      {t(title)}
      <span class="cell-more">{fileName}</span>
      {fileSha256 && (
        <span class="cell-more">
          SHA-256 <code title={hex(fileSha256)}>{hex(fileSha256).slice(0, 16)}…</code>
        </span>
      )}
    </div>
  )
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

const LOOKS: Record<ExportView['status'], { tone: Tone; icon: IconName }> = {
  queued: { tone: 'neutral', icon: 'circle' },
  running: { tone: 'info', icon: 'loader-circle' },
  ready: { tone: 'ok', icon: 'circle-check' },
  failed: { tone: 'bad', icon: 'circle-x' },
  expired: { tone: 'neutral', icon: 'circle' },
}

function State({ row }: { row: ExportView }) {
  const t = useText()
  const { status, rowsDone, rowsTotal } = row
  const total = formatCount(rowsTotal)
  return (
    <div class="export-state">
      <Badge {...LOOKS[status]}>{t(`exports.state.${status}`)}</Badge>
      {status === 'running' && (
        <progress class="progress" max={Math.max(rowsTotal, 1)} value={rowsDone} aria-label={t('exports.state.running')} />
      )}
      <span class="cell-more">
        {status === 'running' && t('exports.progress', { done: formatCount(rowsDone), total })}
        {status === 'queued' && t('exports.queued', { total })}
        {(status === 'ready' || status === 'expired') && t('exports.rows', { rows: total })}
        {status === 'failed' && t('exports.failed')}
      </span>
    </div>
  )
}

function Next({ at, row }: { at: string; row: ExportView }) {
  const t = useText()
  const id = showId('export', row.id)
  if (row.status === 'ready')
    return (
      <a class="button" href={`${at}/${id}/file`}>
        <Icon name="download" />
        {t('exports.download')}
        <span class="sr-only"> {row.fileName}</span>
      </a>
    )
  if (isOpen(row)) return <>–</>
  return (
    <form method="post" action={`${at}/${id}/again`} data-once>
      <CsrfField />
      <button type="submit" class="button" data-sending={t('form.sending')}>
        {t('exports.again')}
        <span class="sr-only"> {row.fileName}</span>
      </button>
    </form>
  )
}
