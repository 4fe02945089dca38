import type { Uuid } from '#src/core/ids'
import { CsrfField, ErrorSummary, Field, SubmitButton, TextArea } from '../components/form'
import { Notice } from '../components/notice'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { applicationPath } from './game-paths'

export const APPLICATION_FIELDS = ['app_name', 'unit_price', 'min_players', 'max_players', 'description'] as const
type ApplicationField = (typeof APPLICATION_FIELDS)[number]

export type ApplicationFormProps = {
  /** Null for one that is being made. */
  application: { id: Uuid; appName: string } | null
  values: Readonly<Record<ApplicationField, string>>
  errors: Partial<Record<ApplicationField, string>>
  message: string | null
}

/** `/admin/applications/new` and `…/edit`. The price of a game that is there has a page of its own. */
export function ApplicationFormPage({ application, values, errors, message }: ApplicationFormProps) {
  const t = useText()
  const wrong = APPLICATION_FIELDS.flatMap((name) => {
    const error = errors[name]
    return error === undefined ? [] : [{ name, label: t(`catalogue.field.${name}`), message: error }]
  })
  const back = application ? applicationPath(application.id) : '/admin/applications'
  return (
    <Layout
      title={application ? t('catalogue.edit') : t('catalogue.create')}
      trail={[
        { href: '/admin/applications', label: t('catalogue.title') },
        ...(application ? [{ href: back, label: application.appName }] : []),
      ]}
    >
      <section class="panel medium">
        {message !== null && <Notice tone="bad" title={message} focus />}
        <ErrorSummary errors={wrong} />
        <form
          method="post"
          action={application ? `${back}/edit` : '/admin/applications/new'}
          class="form"
          data-once
          noValidate={wrong.length > 0}
        >
          <CsrfField />
          <Field
            name="app_name"
            label={t('catalogue.field.app_name')}
            hint={t('catalogue.field.app_name.hint')}
            value={values.app_name}
            error={errors.app_name}
            autocomplete="off"
            maxLength={50}
          />
          {!application && (
            <Field
              name="unit_price"
              label={t('catalogue.field.unit_price')}
              hint={t('catalogue.field.unit_price.hint')}
              value={values.unit_price}
              error={errors.unit_price}
              autocomplete="off"
              inputMode="decimal"
              maxLength={10}
            />
          )}
          <div class="form-columns">
            {(['min_players', 'max_players'] as const).map((name) => (
              <Field
                key={name}
                name={name}
                label={t(`catalogue.field.${name}`)}
                value={values[name]}
                error={errors[name]}
                autocomplete="off"
                inputMode="numeric"
                maxLength={3}
              />
            ))}
          </div>
          <TextArea
            name="description"
            label={t('catalogue.field.description')}
            value={values.description}
            error={errors.description}
            optional
            maxLength={500}
            rows={4}
          />
          <div class="form-actions">
            <SubmitButton>{t(application ? 'catalogue.save' : 'catalogue.create')}</SubmitButton>
            <a class="button" href={back}>
              {t('form.cancel')}
            </a>
          </div>
        </form>
      </section>
    </Layout>
  )
}
