import type { Seat } from '#src/permissions/permissions'
import { CsrfField, ErrorSummary, Field, Select, SubmitButton } from '../components/form'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { Secret } from '../components/secret'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { SEAT_WORDS } from './seat'
import { memberPath, type StaffDesk, useDeskTitle } from './staff-tabs'

type MemberField = 'username' | 'name' | 'seat'
export type MemberFormProps = {
  desk: StaffDesk
  /** Null for a new person. */
  member: { id: string; name: string; seen: string } | null
  /** The posts the viewer may give. */
  seats: readonly Seat[]
  values: { username: string; name: string; seat: string }
  errors: Partial<Record<MemberField, string>>
  message: string | null
}

/** `/admin/staff/new` and `/admin/staff/:id/edit`. */
export function MemberFormPage({ desk, member, seats, values, errors, message }: MemberFormProps) {
  const t = useText()
  const title = member ? t('staff.edit.title', { name: member.name }) : t('staff.new')
  const fields = member ? (['name', 'seat'] as const) : (['username', 'name', 'seat'] as const)
  const wrong = fields.flatMap((name) => (errors[name] === undefined ? [] : [{ name, label: t(`staff.${name}`), message: errors[name] }]))
  return (
    <Layout title={title} trail={[{ href: desk, label: useDeskTitle(desk) }]}>
      <Panel id="form" title={t('staff.account')} medium>
        <p class="muted">{t(member ? 'staff.edit.lead' : 'staff.create.lead')}</p>
        {message !== null && (
          <Notice tone="bad" focus>
            <p>{message}</p>
          </Notice>
        )}
        <ErrorSummary errors={wrong} />
        <form
          method="post"
          action={member ? `${memberPath(desk, member.id)}/edit` : `${desk}/new`}
          class="form narrow"
          data-once
          noValidate={wrong.length > 0}
        >
          <CsrfField />
          {member ? (
            <input type="hidden" name="seen" value={member.seen} />
          ) : (
            <Field
              name="username"
              label={t('staff.username')}
              hint={t('staff.create.username.hint')}
              value={values.username}
              error={errors.username}
              autocomplete="off"
              maxLength={64}
            />
          )}
          <Field name="name" label={t('staff.name')} value={values.name} error={errors.name} autocomplete="off" maxLength={50} />
          <Select
            name="seat"
            label={t('staff.seat')}
            value={values.seat}
            error={errors.seat}
            options={seats.map((seat) => ({ value: seat, label: t(SEAT_WORDS[seat]) }))}
          />
          <div class="form-actions">
            <SubmitButton>{t(member ? 'staff.edit.verb' : 'staff.create.verb')}</SubmitButton>
            <a class="button" href={member ? memberPath(desk, member.id) : desk}>
              {t('form.cancel')}
            </a>
          </div>
        </form>
      </Panel>
    </Layout>
  )
}

export type OnceProps = { desk: StaffDesk; username: string; name: string; password: string }

/** The answer to a new account or a new password: the only time it is shown. */
export function PasswordOncePage({ desk, username, name, password }: OnceProps) {
  const t = useText()
  return (
    <Layout title={t('staff.once.title')} trail={[{ href: desk, label: useDeskTitle(desk) }]}>
      <section class="panel medium" aria-label={t('staff.once.title')}>
        <p>
          <bdi>{t('staff.once.lead', { name })}</bdi>
        </p>
        <Notice tone="warn">
          <p>{t('staff.once.warn')}</p>
        </Notice>
        <p>
          {t('staff.username')} <b>{username}</b>
        </p>
        <Secret id="password-label" label={t('staff.once.label')} value={password} />
        <p class="form-actions">
          <a class="button primary" href={desk}>
            {t('staff.once.done')}
          </a>
        </p>
      </section>
    </Layout>
  )
}
