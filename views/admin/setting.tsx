import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { CsrfField, ErrorSummary, Field, Select, SubmitButton, TextArea } from '../components/form'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { settingPath } from './settings'
import { type SettingView, useSettingRange, useSettingWords, useShownSetting } from './settings-words'

export type SettingProps = {
  setting: SettingView
  history: readonly { id: string; at: Instant; by: string; before: string; after: string; reason: string | null }[]
  values: { value: string; reason: string }
  errors: Partial<Record<'value' | 'reason', string>>
  message: string | null
}

/** `/admin/settings/:key`: one setting, what it may be, and everything it has been. */
export function SettingPage(props: SettingProps) {
  const t = useText()
  const { name, hint } = useSettingWords()(props.setting.key)
  const { message } = props
  return (
    <Layout title={name} note={<code>{props.setting.key}</code>} trail={[{ href: '/admin/settings', label: t('settings.title') }]}>
      {message !== null && (
        <Notice tone="bad" title={t('settings.refused')} focus>
          <p>{message}</p>
        </Notice>
      )}
      <div class="columns even">
        <Panel id="change" title={t('settings.edit')}>
          {hint !== null && <p>{hint}</p>}
          {props.setting.editable ? <Form {...props} /> : <p class="muted">{t('settings.locked')}</p>}
        </Panel>
        <History {...props} />
      </div>
    </Layout>
  )
}

function Form({ setting, values, errors }: SettingProps) {
  const t = useText()
  const shown = useShownSetting()
  const range = useSettingRange()
  const labels = { value: t('settings.new'), reason: t('settings.reason') }
  const wrong = (['value', 'reason'] as const).flatMap((name) =>
    errors[name] === undefined ? [] : [{ name, label: labels[name], message: errors[name] }],
  )
  return (
    <form method="post" action={settingPath(setting.key)} class="form" data-once noValidate>
      <CsrfField />
      <input type="hidden" name="seen" value={setting.value} />
      <ErrorSummary errors={wrong} />
      <p>{t('settings.now', { value: shown(setting, setting.value) })}</p>
      <Value setting={setting} value={values.value} label={labels.value} hint={range(setting)} error={errors.value} />
      <TextArea
        name="reason"
        label={labels.reason}
        hint={t('settings.reason.hint')}
        value={values.reason}
        error={errors.reason}
        maxLength={200}
        optional
        rows={2}
      />
      <div class="form-actions">
        <SubmitButton>{t('settings.verb')}</SubmitButton>
        <a class="button" href="/admin/settings">
          {t('form.cancel')}
        </a>
      </div>
    </form>
  )
}

type ValueProps = { setting: SettingView; value: string; label: string; hint: string; error: string | undefined }

function Value({ setting, value, label, hint, error }: ValueProps) {
  const shown = useShownSetting()
  const options = setting.type === 'boolean' ? ['true', 'false'] : setting.options
  if (options)
    return (
      <Select
        name="value"
        label={label}
        hint={hint}
        value={value}
        error={error}
        options={options.map((one) => ({ value: one, label: shown(setting, one) }))}
      />
    )
  const keypad = setting.type === 'integer' ? ('numeric' as const) : setting.type === 'money' ? ('decimal' as const) : undefined
  return (
    <Field
      name="value"
      label={label}
      hint={hint}
      value={value}
      error={error}
      autocomplete="off"
      optional={setting.type === 'text'}
      {...(keypad ? { inputMode: keypad } : {})}
    />
  )
}

function History({ setting, history }: SettingProps) {
  const t = useText()
  const shown = useShownSetting()
  return (
    <Panel id="history" title={t('settings.history')}>
      <DataTable
        caption={t('settings.history')}
        rows={history}
        rowKey={(row) => row.id}
        empty={<EmptyState icon="history" title={t('settings.history.empty')} next={t('settings.history.emptyNext')} />}
        columns={[
          { head: t('settings.at'), cell: (row) => <Moment at={row.at} seconds /> },
          { head: t('settings.by'), cell: (row) => <Name of={row.by} /> },
          { head: t('settings.before'), cell: (row) => <Name of={shown(setting, row.before)} /> },
          { head: t('settings.after'), cell: (row) => <Name of={shown(setting, row.after)} /> },
          { head: t('settings.reason'), cell: (row) => <Name of={row.reason ?? '–'} />, wide: true },
        ]}
      />
    </Panel>
  )
}
