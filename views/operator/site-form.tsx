import type { Uuid } from '#src/core/ids'
import { ConfirmForm } from '../components/confirm'
import { CsrfField, ErrorSummary, SubmitButton } from '../components/form'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { SiteFields } from '../components/site-fields'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { sitePath } from './sites'

type SiteField = 'name' | 'address' | 'description'
export type SiteFormProps = {
  /** Null for one that is being made. */
  site: { id: Uuid; name: string } | null
  values: Record<SiteField, string>
  errors: Partial<Record<SiteField, string>>
  message: string | null
}

const FIELDS = ['name', 'address', 'description'] as const

/** `/operator/sites/new` and `…/edit`. */
export function SiteFormPage({ site, values, errors, message }: SiteFormProps) {
  const t = useText()
  const wrong = FIELDS.flatMap((name) => (errors[name] === undefined ? [] : [{ name, label: t(`sites.${name}`), message: errors[name] }]))
  const back = site ? sitePath(site.id) : '/operator/sites'
  const trail = [{ href: '/operator/sites', label: t('nav.sites') }, ...(site ? [{ href: back, label: site.name }] : [])]
  return (
    <Layout title={site ? t('sites.edit') : t('sites.create')} trail={trail}>
      <section class="panel medium">
        {message !== null && (
          <Notice tone="bad" focus>
            <p>{message}</p>
          </Notice>
        )}
        <ErrorSummary errors={wrong} />
        <form method="post" action={site ? `${back}/edit` : '/operator/sites/new'} class="form" data-once noValidate={wrong.length > 0}>
          <CsrfField />
          <SiteFields values={values} errors={errors} descriptionHint={t('sites.description.hint')} />
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

export type DeletedSite = { id: Uuid; name: string; games: number }

/** What follows from deleting a site, for the dialog and for the page that asks. */
export function DeleteEffect({ of }: { of: DeletedSite }) {
  const t = useText()
  return (
    <>
      <p>
        <b>
          <Name of={of.name} />
        </b>
      </p>
      <ul>
        <li>{t('sites.delete.effect.start')}</li>
        <li>{t('sites.delete.effect.history', { games: of.games })}</li>
        <li>{t('sites.delete.effect.final')}</li>
      </ul>
    </>
  )
}

/** `…/delete`: asks, where no dialog could. */
export function DeleteSitePage({ site }: { site: DeletedSite }) {
  const t = useText()
  return (
    <Layout
      title={t('sites.delete.title')}
      trail={[
        { href: '/operator/sites', label: t('nav.sites') },
        { href: sitePath(site.id), label: site.name },
      ]}
    >
      <section class="panel medium">
        <ConfirmForm id="delete" action={`${sitePath(site.id)}/delete`} verb={t('sites.delete')} back={sitePath(site.id)}>
          <DeleteEffect of={site} />
        </ConfirmForm>
      </section>
    </Layout>
  )
}
