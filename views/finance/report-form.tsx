import { CsrfField, ErrorSummary, Select, SubmitButton, TextArea } from '../components/form'
import { MomentField } from '../components/moment-field'
import { Notice } from '../components/notice'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { FORMAT_VALUES, REPORTS_PATH, SectionChoice, TYPES } from './report-parts'

export type ReportFormValues = {
  report_type: string
  start_date: string
  end_date: string
  format: string
  language: string
  sections: readonly string[]
  recipients: string
}
export type ReportFormField = Exclude<keyof ReportFormValues, 'language'>
export type ReportFormProps = {
  values: ReportFormValues
  /** Ready-made choices: each is this page with other values in it. */
  presets: readonly { name: 'last-daily' | 'last-weekly' | 'this-monthly' | 'last-monthly'; day: string }[]
  errors: Partial<Record<ReportFormField, string>>
  message: string | null
}

/** `/finance/reports/new`: of which days, with which parts, as what. */
export function ReportFormPage({ values, presets, errors, message }: ReportFormProps) {
  const t = useText()
  return (
    <Layout title={t('reports.new')} trail={[{ href: REPORTS_PATH, label: t('reports.title') }]}>
      <section class="panel medium">
        {message !== null && (
          <Notice tone="bad" title={t('reports.refused')} focus>
            <p>{message}</p>
          </Notice>
        )}
        <FormErrors errors={errors} />
        <nav class="segments wrap" aria-label={t('reports.presets')}>
          {presets.map(({ name, day }) => {
            const type = name.split('-')[1]!
            return (
              <a
                key={name}
                href={`${REPORTS_PATH}/new?type=${type}&day=${day}`}
                aria-current={values.report_type === type && values.start_date === day ? 'true' : undefined}
              >
                {t(`reports.preset.${name}`)}
              </a>
            )
          })}
        </nav>
        <Form values={values} errors={errors} />
      </section>
    </Layout>
  )
}

function Form({ values, errors }: Pick<ReportFormProps, 'values' | 'errors'>) {
  const t = useText()
  return (
    <form method="post" action={`${REPORTS_PATH}/new`} class="form" data-once noValidate={Object.keys(errors).length > 0}>
      <CsrfField />
      <Select
        name="report_type"
        label={t('reports.form.type')}
        hint={t('reports.form.type.hint')}
        value={values.report_type}
        error={errors.report_type}
        options={TYPES.map((value) => ({ value, label: t(`reports.type.${value}`) }))}
      />
      <div class="form-columns">
        <MomentField name="start_date" type="date" label={t('reports.form.first')} value={values.start_date} error={errors.start_date} />
        <MomentField
          name="end_date"
          type="date"
          label={t('reports.form.last')}
          hint={t('reports.form.last.hint')}
          value={values.end_date}
          error={errors.end_date}
        />
      </div>
      <FileFields values={values} errors={errors} />
      <SectionChoice chosen={values.sections} error={errors.sections} />
      <Recipients value={values.recipients} error={errors.recipients} />
      <div class="form-actions">
        <SubmitButton>{t('reports.form.submit')}</SubmitButton>
      </div>
    </form>
  )
}

/** How a report is written: format and language. */
export function FileFields({ values, errors }: { values: Pick<ReportFormValues, 'format' | 'language'>; errors: { format?: string } }) {
  const t = useText()
  return (
    <div class="form-columns">
      <Select
        name="format"
        label={t('reports.form.format')}
        hint={t('reports.form.format.hint')}
        value={values.format}
        error={errors.format}
        options={FORMAT_VALUES.map((value) => ({ value, label: t(`reports.format.${value}`) }))}
      />
      <Select
        name="language"
        label={t('reports.form.language')}
        value={values.language}
        options={(['zh', 'en'] as const).map((value) => ({ value, label: t(`reports.language.${value}`) }))}
      />
    </div>
  )
}

export function Recipients({ value, error }: { value: string; error: string | undefined }) {
  const t = useText()
  return (
    <TextArea
      name="recipients"
      label={t('reports.form.recipients')}
      hint={t('reports.form.recipients.hint')}
      value={value}
      error={error}
      rows={3}
      maxLength={2_000}
      optional
    />
  )
}

/** What is wrong with the form, above it. */
export function FormErrors({ errors }: { errors: Partial<Record<ReportFormField, string>> }) {
  const t = useText()
  const labels: Record<ReportFormField, string> = {
    report_type: t('reports.form.type'),
    start_date: t('reports.form.first'),
    end_date: t('reports.form.last'),
    format: t('reports.form.format'),
    sections: t('reports.form.sections'),
    recipients: t('reports.form.recipients'),
  }
  const wrong = (Object.keys(labels) as ReportFormField[]).filter((name) => errors[name] !== undefined)
  return <ErrorSummary errors={wrong.map((name) => ({ name, label: labels[name], message: errors[name]! }))} />
}
