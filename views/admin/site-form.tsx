import type { Uuid } from '#src/core/ids'
import { CsrfField, ErrorSummary, Field, SubmitButton } from '../components/form'
import { SiteFields } from '../components/site-fields'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { Refused, wrongFields } from './operator-frame'
import { adminSitePath } from './sites'

type SiteField = 'operator' | 'name' | 'address' | 'description'
export type SiteFormProps = {
  /** Null for one that is being made. */
  site: { id: Uuid; name: string; operatorName: string } | null
  values: Record<SiteField, string>
  errors: Record<string, string>
  message: string | null
}

const FIELDS = ['operator', 'name', 'address', 'description'] as const

/** `/admin/sites/new` and `…/edit`. */
export function AdminSiteFormPage({ site, values, errors, message }: SiteFormProps) {
  const t = useText()
  const wrong = wrongFields(FIELDS, errors, (name) => t(name === 'operator' ? 'adminSites.operator' : `sites.${name}`))
  const back = site ? adminSitePath(site.id) : '/admin/sites'
  return (
    <Layout
      title={site ? t('sites.edit') : t('sites.create')}
      note={site ? <bdi>{site.operatorName}</bdi> : undefined}
      trail={[{ href: '/admin/sites', label: t('nav.sites') }, ...(site ? [{ href: back, label: site.name }] : [])]}
    >
      <section class="panel medium">
        <Refused message={message} />
        <ErrorSummary errors={wrong} />
        <form method="post" action={site ? `${back}/edit` : '/admin/sites/new'} class="form" data-once noValidate={wrong.length > 0}>
          <CsrfField />
          {!site && (
            <Field
              name="operator"
              label={t('adminSites.operator')}
              hint={t('adminSites.operator.hint')}
              value={values.operator}
              error={errors.operator}
              autocomplete="off"
              maxLength={64}
            />
          )}
          <SiteFields values={values} errors={errors} descriptionHint={t('adminSites.description.hint')} />
          <div class="form-actions">
            <SubmitButton>{site ? t('sites.save') : t('sites.create')}</SubmitButton>
            <a class="button" href={back}>
              {t('form.cancel')}
            </a>
          </div>
        </form>
      </section>
    </Layout>
  )
}
