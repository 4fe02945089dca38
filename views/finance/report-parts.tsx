import { showId, type Uuid } from '#src/core/ids'
import type { Instant } from '#src/core/time'
import { formatBytes } from '../components/figures'
import { CsrfField } from '../components/form'
import { Icon } from '../components/icon'
import { Name } from '../components/name'
import { StatusBadge } from '../components/status-badge'
import { Tabs } from '../components/tabs'
import { usePage, useText } from '../page-context'

export const REPORTS_PATH = '/finance/reports'
export const SCHEDULES_PATH = `${REPORTS_PATH}/schedules`
export const reportPath = ({ id }: { id: Uuid }): string => `${REPORTS_PATH}/${showId('report', id)}`

export const TYPES = ['daily', 'weekly', 'monthly', 'custom'] as const
export const FORMAT_VALUES = ['pdf', 'excel', 'csv'] as const
export const SECTION_VALUES = ['income_summary', 'top_customers', 'usage_statistics', 'refund_summary'] as const
export const STATES = ['generating', 'completed', 'failed'] as const

export type ReportView = {
  id: Uuid
  reportType: (typeof TYPES)[number]
  startDate: string
  endDate: string
  format: (typeof FORMAT_VALUES)[number]
  language: 'zh' | 'en'
  sections: (typeof SECTION_VALUES)[number][]
  recipients: string[]
  createdBy: Uuid | null
  createdByName: string | null
  repeats: Uuid | null
  repeatedBy: Uuid | null
  status: (typeof STATES)[number]
  attempts: number
  stepsDone: number
  stepsTotal: number
  figures: Record<'recharge' | 'refund' | 'net' | 'consumption' | 'opening' | 'closing', string> | null
  fileName: string
  fileBytes: bigint | null
  fileSha256: Uint8Array | null
  error: 'error' | 'timeout' | 'abandoned' | null
  createdAt: Instant
  completedAt: Instant | null
}

/** What may be done with reports: see them, have them made. */
export const useMayGenerate = (): boolean => {
  const { viewer } = usePage()
  return viewer !== null && viewer.kind !== 'operator' && viewer.permissions.includes('report:generate')
}

export function ReportTabs({ current }: { current: 'list' | 'schedules' }) {
  const t = useText()
  return (
    <Tabs
      label={t('reports.title')}
      tabs={[
        { href: REPORTS_PATH, label: t('reports.title'), current: current === 'list' },
        { href: SCHEDULES_PATH, label: t('reports.schedules'), current: current === 'schedules' },
      ]}
    />
  )
}

export function Days({ of: { startDate: first, endDate: last } }: { of: Pick<ReportView, 'startDate' | 'endDate'> }) {
  const t = useText()
  return <>{first === last ? first : t('reports.days', { first, last })}</>
}

/** The clock or a person. */
export function Author({ of }: { of: Pick<ReportView, 'createdBy' | 'createdByName'> }) {
  const t = useText()
  if (of.createdBy === null) return <>{t('reports.by.clock')}</>
  return <Name of={of.createdByName ?? ''} />
}

/** Badge, and while it is being made how far it is. */
export function Progress({ of }: { of: ReportView }) {
  const t = useText()
  const { status, attempts, stepsDone: done, stepsTotal: total, error } = of
  return (
    <div class="export-state">
      <StatusBadge noun="report" state={status} />
      {status === 'generating' && attempts > 0 && (
        <progress class="progress" max={total} value={done} aria-label={t('reports.progress.label')} />
      )}
      {status === 'generating' && (
        <span class="cell-more">{attempts > 0 ? t('reports.progress', { done, total }) : t('reports.waiting')}</span>
      )}
      {error && <span class="cell-more">{t(`reports.error.${error}`)}</span>}
    </div>
  )
}

export const Size = ({ of: { fileBytes } }: { of: Pick<ReportView, 'fileBytes'> }) => (
  <>{fileBytes === null ? '–' : formatBytes(Number(fileBytes))}</>
)

/** The file where there is one; another try where there is none and nobody has tried. */
export function Next({ of, primary = false }: { of: ReportView; primary?: boolean }) {
  const t = useText()
  const mayGenerate = useMayGenerate()
  if (of.status === 'completed')
    return (
      <a class={primary ? 'button primary' : 'button'} href={`${reportPath(of)}/file`}>
        <Icon name="download" />
        {t('reports.download')}
        <span class="sr-only"> {of.fileName}</span>
      </a>
    )
  if (of.status !== 'failed' || of.repeatedBy !== null || !mayGenerate) return <>–</>
  return (
    <form method="post" action={`${reportPath(of)}/again`} data-once>
      <CsrfField />
      <button type="submit" class={primary ? 'button primary' : 'button'} data-sending={t('form.sending')}>
        {t('reports.again')}
        <span class="sr-only"> {of.fileName}</span>
      </button>
    </form>
  )
}

/** While something is being made the panel asks for itself every two seconds; without JavaScript a link does. */
export function Refresh({ panel, path }: { panel: string; path: string }) {
  const t = useText()
  return (
    <p hx-get={path} hx-trigger="every 2s" hx-target={`#${panel}`} hx-select={`#${panel}`} hx-swap="outerMorph">
      <a href={path}>{t('reports.refresh')}</a>
    </p>
  )
}

type SectionsProps = { chosen: readonly string[]; error: string | undefined }

/** Which parts a report has. */
export function SectionChoice({ chosen, error }: SectionsProps) {
  const t = useText()
  return (
    <fieldset class="question" id="sections" aria-describedby={error ? 'sections-error' : undefined} tabIndex={error ? -1 : undefined}>
      <legend>{t('reports.form.sections')}</legend>
      <div class="choice-list">
        {SECTION_VALUES.map((key) => (
          <label key={key} class="check">
            <input type="checkbox" name={`section_${key}`} value="true" checked={chosen.includes(key)} />
            <span>
              {t(`reports.section.${key}`)}
              <span class="cell-more">{t(`reports.about.${key}`)}</span>
            </span>
          </label>
        ))}
      </div>
      {error && (
        <p class="field-error" id="sections-error">
          {error}
        </p>
      )}
    </fieldset>
  )
}
