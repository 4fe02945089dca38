import type { Instant } from '#src/core/time'
import { Facts } from '../components/facts'
import { CsrfField, SubmitButton } from '../components/form'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { Badge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { FileFields, FormErrors, Recipients, type ReportFormField } from './report-form'
import {
  type FORMAT_VALUES,
  REPORTS_PATH,
  ReportTabs,
  SCHEDULES_PATH,
  type SECTION_VALUES,
  SectionChoice,
  useMayGenerate,
} from './report-parts'

export type ScheduleView = {
  reportType: 'daily' | 'weekly' | 'monthly'
  isOn: boolean
  format: (typeof FORMAT_VALUES)[number]
  language: 'zh' | 'en'
  sections: (typeof SECTION_VALUES)[number][]
  recipients: string[]
  version: number
  updatedAt: Instant | null
  updatedByName: string | null
}

/** `/finance/reports/schedules`: what the clock makes, and who gets it by mail. */
export function SchedulesPage({ schedules }: { schedules: readonly ScheduleView[] }) {
  const t = useText()
  return (
    <Layout title={t('reports.schedules')} note={t('reports.schedule.note')} trail={[{ href: REPORTS_PATH, label: t('reports.title') }]}>
      <ReportTabs current="schedules" />
      {schedules.map((schedule) => (
        <SchedulePanel key={schedule.reportType} of={schedule} />
      ))}
    </Layout>
  )
}

function SchedulePanel({ of }: { of: ScheduleView }) {
  const t = useText()
  const mayChange = useMayGenerate()
  return (
    <Panel
      id={of.reportType}
      title={t(`reports.type.${of.reportType}`)}
      note={of.isOn ? <Badge tone="ok">{t('reports.schedule.on')}</Badge> : <Badge tone="neutral">{t('reports.schedule.off')}</Badge>}
    >
      <p class="muted">{t(`reports.schedule.when.${of.reportType}`)}</p>
      <Facts
        rows={[
          { label: t('reports.form.format'), value: `${t(`reports.format.${of.format}`)} · ${t(`reports.language.${of.language}`)}` },
          { label: t('reports.case.sections'), value: of.sections.map((key) => t(`reports.section.${key}`)).join(' · ') },
          { label: t('reports.schedule.recipients'), value: <Addresses of={of.recipients} /> },
          { label: t('reports.schedule.saved'), value: <Changed of={of} /> },
        ]}
      />
      {mayChange && (
        <p>
          <a class="button" href={`${SCHEDULES_PATH}/${of.reportType}`}>
            {t('reports.schedule.edit')}
            <span class="sr-only"> {t(`reports.type.${of.reportType}`)}</span>
          </a>
        </p>
      )}
    </Panel>
  )
}

function Addresses({ of }: { of: readonly string[] }) {
  const t = useText()
  if (of.length === 0) return <>{t('reports.schedule.nobody')}</>
  return (
    <ul class="plain">
      {of.map((address) => (
        <li key={address}>
          <Name of={address} />
        </li>
      ))}
    </ul>
  )
}

function Changed({ of: { updatedAt, updatedByName } }: { of: ScheduleView }) {
  const t = useText()
  if (!updatedAt) return <>{t('reports.schedule.never')}</>
  return (
    <>
      <Moment at={updatedAt} /> <Name of={updatedByName ?? ''} />
    </>
  )
}

export type ScheduleFormProps = {
  type: ScheduleView['reportType']
  version: number
  values: { is_on: boolean; format: string; language: string; sections: readonly string[]; recipients: string }
  errors: Partial<Record<ReportFormField, string>>
  message: string | null
}

/** `/finance/reports/schedules/:type`: changes one of them. */
export function ScheduleFormPage({ type, version, values, errors, message }: ScheduleFormProps) {
  const t = useText()
  return (
    <Layout
      title={t('reports.schedule.edit.title', { type: t(`reports.type.${type}`) })}
      note={t(`reports.schedule.when.${type}`)}
      trail={[
        { href: REPORTS_PATH, label: t('reports.title') },
        { href: SCHEDULES_PATH, label: t('reports.schedules') },
      ]}
    >
      <section class="panel medium">
        {message !== null && (
          <Notice tone="bad" focus>
            <p>{message}</p>
          </Notice>
        )}
        <FormErrors errors={errors} />
        <form method="post" action={`${SCHEDULES_PATH}/${type}`} class="form" data-once noValidate={Object.keys(errors).length > 0}>
          <CsrfField />
          <input type="hidden" name="version" value={String(version)} />
          <label class="check">
            <input type="checkbox" name="is_on" value="true" checked={values.is_on} />
            <span>{t('reports.schedule.on')}</span>
          </label>
          <FileFields values={values} errors={errors} />
          <SectionChoice chosen={values.sections} error={errors.sections} />
          <Recipients value={values.recipients} error={errors.recipients} />
          <div class="form-actions">
            <SubmitButton>{t('reports.schedule.save')}</SubmitButton>
            <a class="button" href={SCHEDULES_PATH}>
              {t('form.cancel')}
            </a>
          </div>
        </form>
      </section>
    </Layout>
  )
}
