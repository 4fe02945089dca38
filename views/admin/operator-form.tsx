import type { Uuid } from '#src/core/ids'
import { formatYuan, type Money, ZERO } from '#src/core/money'
import { CsrfField, ErrorSummary, Field, type FieldProps, Select, SubmitButton } from '../components/form'
import { useMay } from '../components/may'
import { Notice } from '../components/notice'
import { Secret } from '../components/secret'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { OperatorFormFrame, type OperatorHead, operatorPath, Refused, wrongFields } from './operator-frame'

export const CREATE_FIELDS = ['username', 'name', 'phone', 'email', 'category', 'initial_balance'] as const
export type CreateValues = Record<(typeof CREATE_FIELDS)[number], string>
type FormState = { errors: Record<string, string>; message: string | null }

const CONTACT = ['name', 'phone', 'email'] as const
const LOOKS: Record<(typeof CONTACT)[number], Pick<FieldProps, 'type' | 'inputMode' | 'maxLength'>> = {
  name: { maxLength: 50 },
  phone: { type: 'tel', inputMode: 'tel', maxLength: 11 },
  email: { type: 'email', inputMode: 'email', maxLength: 128 },
}

function ContactFields({ values, errors }: { values: Record<(typeof CONTACT)[number], string>; errors: Record<string, string> }) {
  const t = useText()
  return (
    <>
      {CONTACT.map((name) => (
        <Field
          key={name}
          name={name}
          label={t(`operators.${name}`)}
          hint={t(`register.${name}.hint`)}
          value={values[name]}
          error={errors[name]}
          autocomplete="off"
          {...LOOKS[name]}
        />
      ))}
    </>
  )
}

const ALL_FIELDS = ['username', 'password', 'password_repeat', 'name', 'phone', 'email', 'category', 'initial_balance'] as const

/** `/admin/operators/new`: an account for a customer; its key comes with the answer. */
export function NewOperatorPage({ values, errors, message }: FormState & { values: CreateValues }) {
  const t = useText()
  const wrong = wrongFields(ALL_FIELDS, errors, (name) => t(`operators.${name}`))
  return (
    <Layout title={t('operators.create')} trail={[{ href: '/admin/operators', label: t('operators.title') }]}>
      <section class="panel medium">
        <Refused message={message} />
        <ErrorSummary errors={wrong} />
        <form method="post" action="/admin/operators/new" class="form" data-once noValidate={wrong.length > 0}>
          <CsrfField />
          <Field
            name="username"
            label={t('operators.username')}
            hint={t('register.username.hint')}
            value={values.username}
            error={errors.username}
            autocomplete="off"
            maxLength={20}
          />
          <Passwords errors={errors} />
          <ContactFields values={values} errors={errors} />
          <Terms values={values} errors={errors} />
          <div class="form-actions">
            <SubmitButton>{t('operators.create')}</SubmitButton>
            <a class="button" href="/admin/operators">
              {t('form.cancel')}
            </a>
          </div>
        </form>
      </section>
    </Layout>
  )
}

function Passwords({ errors }: { errors: Record<string, string> }) {
  const t = useText()
  return (
    <>
      <Field
        name="password"
        type="password"
        label={t('operators.password')}
        hint={t('operators.password.hint')}
        error={errors.password}
        autocomplete="new-password"
        maxLength={32}
      />
      <Field
        name="password_repeat"
        type="password"
        label={t('operators.password_repeat')}
        error={errors.password_repeat}
        autocomplete="new-password"
        maxLength={32}
      />
    </>
  )
}

/** The tier, and for those who may give money an initial balance. */
function Terms({ values, errors }: { values: CreateValues; errors: Record<string, string> }) {
  const t = useText()
  const may = useMay()
  return (
    <>
      <Select
        name="category"
        label={t('operators.category')}
        hint={t('operators.category.hint')}
        value={values.category}
        error={errors.category}
        options={(['trial', 'normal', 'vip'] as const).map((one) => ({ value: one, label: t(`category.${one}`) }))}
      />
      {may('operator:grant') && (
        <Field
          name="initial_balance"
          label={t('operators.initial_balance')}
          hint={t('operators.initial_balance.hint')}
          value={values.initial_balance}
          error={errors.initial_balance}
          inputMode="decimal"
          autocomplete="off"
          maxLength={12}
          optional
        />
      )}
    </>
  )
}

type CreatedProps = { id: Uuid; username: string; name: string; apiKey: string; balance: Money }

/** The answer to it: the only time that the key is shown without being asked for. */
export function OperatorCreatedPage({ id, username, name, apiKey, balance }: CreatedProps) {
  const t = useText()
  return (
    <Layout title={t('operators.created.title')} trail={[{ href: '/admin/operators', label: t('operators.title') }]}>
      <section class="panel medium" tabIndex={-1} data-focus>
        <p>
          <bdi>{t('operators.created.lead', { name, username })}</bdi>
          {balance > ZERO && <> {t('operators.created.balance', { balance: formatYuan(balance) })}</>}
        </p>
        <Notice tone="warn">
          <p>{t('operators.created.once')}</p>
        </Notice>
        <Secret id="api-key-label" label={t('key.label')} value={apiKey} />
        <form method="get" action={operatorPath(id)} class="form">
          <label class="check">
            <input type="checkbox" required />
            <span>{t('operators.created.saved')}</span>
          </label>
          <div class="form-actions">
            <button type="submit" class="button primary">
              {t('operators.created.open')}
            </button>
          </div>
        </form>
      </section>
    </Layout>
  )
}

type EditProps = FormState & {
  operator: OperatorHead & Record<(typeof CONTACT)[number], string>
  values: Record<(typeof CONTACT)[number], string>
}

/** `…/edit`. What the form was filled with goes along: who was overtaken by somebody else is told, and changes nothing. */
export function EditOperatorPage({ operator, values, errors, message }: EditProps) {
  const t = useText()
  const wrong = wrongFields(CONTACT, errors, (name) => t(`operators.${name}`))
  const at = operatorPath(operator.id)
  return (
    <OperatorFormFrame operator={operator} title={t('operators.edit')}>
      <Refused message={message} />
      <ErrorSummary errors={wrong} />
      <form method="post" action={`${at}/edit`} class="form" data-once noValidate={wrong.length > 0}>
        <CsrfField />
        {CONTACT.map((name) => (
          <input key={name} type="hidden" name={`seen_${name}`} value={operator[name]} />
        ))}
        <ContactFields values={values} errors={errors} />
        <div class="form-actions">
          <SubmitButton>{t('operators.save')}</SubmitButton>
          <a class="button" href={at}>
            {t('form.cancel')}
          </a>
        </div>
      </form>
    </OperatorFormFrame>
  )
}
