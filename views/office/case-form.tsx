import { formatYuan, type Money } from '#src/core/money'
import type { OfficeForm } from '#src/core/office'
import type { Field as FormField } from '#src/office/forms'
import type { CaseFile } from '#src/office/queries'
import { CsrfField, ErrorSummary, Field, Labelled, Select, SubmitButton, TextArea } from '../components/form'
import { MomentField } from '../components/moment-field'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { Files, UploadForm } from './files'
import { casePath, choiceWords, fieldWords, listPath, OFFICE_PATH } from './words'

export type Colleague = { id: string; name: string; department: string | null }

export type CaseFormProps = {
  form: OfficeForm
  fields: readonly FormField[]
  /** A new one has an id already, so that a form that is sent twice is one request. */
  id: string
  isNew: boolean
  /** Never submitted, so that it can be thrown away. */
  isDraft: boolean
  typed: Readonly<Record<string, string>>
  /** Lines for items, empty ones included. */
  lines: number
  total: Money | null
  /** Who can be named in the form. */
  colleagues: readonly Colleague[]
  /** Whom the flow lets the applicant choose from; null where it asks for nobody. */
  choosable: readonly Colleague[] | null
  files: readonly CaseFile[]
  errors: Readonly<Record<string, string>>
  message: string | null
}

/** `/office/:form/new` and `/office/cases/:id/edit`: one page for all five forms. What is typed is kept by the server. */
export function CaseFormPage(props: CaseFormProps) {
  const { form, fields, id, isNew, isDraft, errors, message, files } = props
  const t = useText()
  const names = [...fields.map(({ name }) => name), 'chosen']
  const wrong = names.flatMap((name) => {
    const label = name === 'chosen' ? t('office.chosen') : t(fieldWords(form, name))
    return errors[name] === undefined ? [] : [{ name, label, message: errors[name] }]
  })
  return (
    <Layout title={t(`office.form.${form}`)} trail={[{ href: listPath('mine'), label: t('office.list.mine') }]}>
      {message !== null && (
        <Notice tone="bad" focus>
          <p>{message}</p>
        </Notice>
      )}
      <ErrorSummary errors={wrong} />
      <Panel id="form" title={t('office.entries')} note={t('office.draft.note')}>
        <form method="post" action={isNew ? `${OFFICE_PATH}/${form}/new` : `${casePath(id)}/edit`} class="form medium" data-once noValidate>
          <CsrfField />
          {isNew && <input type="hidden" name="id" value={id} />}
          {fields.map((field) => (
            <Entry key={field.name} field={field} {...props} />
          ))}
          <Choice {...props} />
          <div class="form-actions">
            <SubmitButton>{t('office.submit')}</SubmitButton>
            <button type="submit" class="button" name="act" value="save">
              {t('office.save')}
            </button>
            {!isNew && isDraft && (
              <a class="button" href={`${casePath(id)}/delete`}>
                {t('office.delete')}
              </a>
            )}
            <a class="button" href={isNew || isDraft ? listPath('mine') : casePath(id)}>
              {t('form.cancel')}
            </a>
          </div>
        </form>
      </Panel>
      <Panel id="files" title={t('office.files')} note={t('office.files.note')}>
        {isNew ? (
          <p class="muted">{t('office.files.first')}</p>
        ) : (
          <>
            <Files of={files.filter(({ kind }) => kind === 'voucher')} mayRemove />
            <UploadForm
              action={`${casePath(id)}/attachments`}
              label={t('office.files.add')}
              verb={t('office.files.verb')}
              error={errors.file}
            />
          </>
        )}
      </Panel>
    </Layout>
  )
}

type EntryProps = CaseFormProps & { field: FormField }

function Entry(props: EntryProps) {
  const { form, field, typed, errors } = props
  const t = useText()
  const usual = { name: field.name, label: t(fieldWords(form, field.name)), error: errors[field.name], value: typed[field.name] }
  if (field.kind === 'items') return <Items {...props} field={field} />
  if (field.kind === 'day') return <MomentField {...usual} type="date" />
  if (field.kind === 'person') return <Select {...usual} options={people(props.colleagues, t('office.nobody'))} />
  if (field.kind === 'choice')
    return <Select {...usual} options={field.options.map((value) => ({ value, label: t(choiceWords(form, value)) }))} />
  if (field.kind === 'yuan')
    return (
      <Field
        {...usual}
        hint={t('office.yuan.hint', { min: field.min, max: field.max })}
        autocomplete="off"
        inputMode="decimal"
        maxLength={12}
      />
    )
  if (field.kind === 'half_days')
    return <Field {...usual} hint={t('office.days.hint')} autocomplete="off" inputMode="decimal" maxLength={5} />
  if (field.lines)
    return (
      <TextArea
        {...usual}
        hint={t('office.text.hint', { min: field.min, max: field.max })}
        maxLength={field.max}
        optional={field.optional ?? false}
      />
    )
  return (
    <Field
      {...usual}
      autocomplete="off"
      maxLength={field.max}
      optional={field.optional ?? false}
      {...(field.digits ? { inputMode: 'numeric' as const } : {})}
    />
  )
}

const people = (of: readonly Colleague[], nobody: string) => [
  { value: '', label: nobody },
  ...of.map(({ id, name, department }) => ({ value: id, label: department ? `${name} · ${department}` : name })),
]

/** Whom the flow lets the applicant name. */
function Choice({ choosable, typed, errors }: CaseFormProps) {
  const t = useText()
  if (choosable === null) return null
  return (
    <Select
      name="chosen"
      label={t('office.chosen')}
      hint={t('office.chosen.hint')}
      value={typed.chosen ?? ''}
      error={errors.chosen}
      options={people(choosable, t('office.nobody'))}
    />
  )
}

type ItemsProps = CaseFormProps & { field: Extract<FormField, { kind: 'items' }> }

/** Lines of things; empty ones at the end are left out, and the server adds more on request. */
function Items({ form, field, typed, lines, errors, total }: ItemsProps) {
  const t = useText()
  const columns = field.of === 'goods' ? (['name', 'quantity', 'price'] as const) : (['name', 'state'] as const)
  return (
    <fieldset class="office-items" id={field.name} tabIndex={-1}>
      <legend>{t(fieldWords(form, field.name))}</legend>
      {Array.from({ length: lines }, (_, at) => (
        <div key={at} class="office-item">
          {columns.map((column) => (
            <ItemCell
              key={column}
              name={`${field.name}.${at}.${column}`}
              column={column}
              row={at + 1}
              value={typed[`${field.name}.${at}.${column}`]}
            />
          ))}
        </div>
      ))}
      {errors[field.name] && <p class="field-error">{errors[field.name]}</p>}
      <p class="form-actions">
        <button type="submit" class="button" name="act" value="lines">
          {t('office.items.more')}
        </button>
        {total !== null && <span class="muted">{t('office.items.total', { total: formatYuan(total) })}</span>}
      </p>
    </fieldset>
  )
}

function ItemCell({
  name,
  column,
  row,
  value,
}: {
  name: string
  column: 'name' | 'quantity' | 'price' | 'state'
  row: number
  value: string | undefined
}) {
  const t = useText()
  const label = t(`office.items.${column}`, { row })
  if (column === 'state')
    return (
      <Select
        name={name}
        label={label}
        value={value}
        options={(['open', 'under_way', 'done'] as const).map((state) => ({ value: state, label: t(`office.work.${state}`) }))}
      />
    )
  return (
    <Labelled name={name} label={label}>
      <input
        id={name}
        name={name}
        type="text"
        value={value}
        maxLength={column === 'name' ? 100 : 12}
        autocomplete="off"
        inputMode={column === 'name' ? undefined : 'decimal'}
      />
    </Labelled>
  )
}
