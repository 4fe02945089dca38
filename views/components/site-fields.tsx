import { useText } from '../page-context'
import { Field, TextArea } from './form'

type Fields<Value> = { name: Value; address: Value; description: Value }
type SiteFieldsProps = {
  values: Fields<string>
  errors: Partial<Record<string, string>>
  /** Who reads the description differs between the doors. */
  descriptionHint: string
}

/** What is filled in about a site, by its operator or for it. */
export function SiteFields({ values, errors, descriptionHint }: SiteFieldsProps) {
  const t = useText()
  return (
    <>
      <Field
        name="name"
        label={t('sites.name')}
        hint={t('sites.name.hint')}
        value={values.name}
        error={errors.name}
        autocomplete="off"
        maxLength={50}
      />
      <Field
        name="address"
        label={t('sites.address')}
        hint={t('sites.address.hint')}
        value={values.address}
        error={errors.address}
        autocomplete="off"
        maxLength={200}
      />
      <TextArea
        name="description"
        label={t('sites.description')}
        hint={descriptionHint}
        value={values.description}
        error={errors.description}
        optional
        maxLength={500}
      />
    </>
  )
}
