import { CsrfField, describedBy, ErrorSummary, Field, Labelled, Select, SubmitButton } from '../components/form'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { memberPath, type StaffDesk, useDeskTitle } from './staff-tabs'

const FIELDS = ['department', 'heads', 'deputy', 'email'] as const
type PlaceField = (typeof FIELDS)[number]
export type MemberPlaceProps = {
  desk: StaffDesk
  member: { id: string; name: string; seen: string }
  values: { department: string; heads: boolean; deputy: string; email: string }
  colleagues: readonly { id: string; name: string }[]
  departments: readonly string[]
  errors: Partial<Record<PlaceField, string>>
  message: string | null
}

/** `/admin/staff/:id/place`: department, deputy and address; requests of the office find their way by them. */
export function MemberPlacePage({ desk, member, values, colleagues, departments, errors, message }: MemberPlaceProps) {
  const t = useText()
  const wrong = FIELDS.flatMap((name) =>
    errors[name] === undefined ? [] : [{ name, label: t(`staff.place.${name}`), message: errors[name] }],
  )
  const trail = [
    { href: desk, label: useDeskTitle(desk) },
    { href: memberPath(desk, member.id), label: member.name },
  ]
  return (
    <Layout title={t('staff.place')} trail={trail}>
      <Panel id="form" title={t('staff.place')}>
        <p class="muted">{t('staff.place.lead')}</p>
        {message !== null && (
          <Notice tone="bad" focus>
            <p>{message}</p>
          </Notice>
        )}
        <ErrorSummary errors={wrong} />
        <form method="post" action={`${memberPath(desk, member.id)}/place`} class="form narrow" data-once noValidate>
          <CsrfField />
          <input type="hidden" name="seen" value={member.seen} />
          <Labelled name="department" label={t('staff.place.department')} error={errors.department} optional>
            <input
              id="department"
              name="department"
              type="text"
              list="departments"
              value={values.department}
              maxLength={30}
              autocomplete="off"
              aria-invalid={errors.department ? 'true' : undefined}
              aria-describedby={describedBy('department', undefined, errors.department)}
            />
            <datalist id="departments">
              {departments.map((name) => (
                <option key={name} value={name} />
              ))}
            </datalist>
          </Labelled>
          <label class="check">
            <input type="checkbox" id="heads" name="heads" value="true" checked={values.heads} />
            <span>{t('staff.place.heads')}</span>
          </label>
          {errors.heads && <p class="field-error">{errors.heads}</p>}
          <Select
            name="deputy"
            label={t('staff.place.deputy')}
            hint={t('staff.place.deputy.hint')}
            value={values.deputy}
            error={errors.deputy}
            options={[{ value: '', label: t('staff.place.nobody') }, ...colleagues.map(({ id, name }) => ({ value: id, label: name }))]}
          />
          <Field
            name="email"
            label={t('staff.place.email')}
            hint={t('staff.place.email.hint')}
            type="email"
            value={values.email}
            error={errors.email}
            autocomplete="off"
            maxLength={128}
            optional
          />
          <div class="form-actions">
            <SubmitButton>{t('staff.place.verb')}</SubmitButton>
            <a class="button" href={memberPath(desk, member.id)}>
              {t('form.cancel')}
            </a>
          </div>
        </form>
      </Panel>
    </Layout>
  )
}
