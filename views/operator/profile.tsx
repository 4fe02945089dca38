import type { ComponentChildren } from 'preact'
import { showId, type Uuid } from '#src/core/ids'
import type { Money } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { ShortId } from '../components/copy'
import { Facts } from '../components/facts'
import { formatCount } from '../components/figures'
import { CsrfField, ErrorSummary, Field, type FieldProps, SubmitButton } from '../components/form'
import { Masked, maskEmail, maskPhone } from '../components/masked'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { Badge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { AccountTabs } from './account-tabs'

type Contact = { name: string; phone: string; email: string }

export type ProfileProps = {
  id: Uuid
  username: string
  category: 'trial' | 'normal' | 'vip'
  contact: Contact
  createdAt: Instant
  updatedAt: Instant
  balance: Money
  totalRecharged: Money
  totalConsumed: Money
  totalRefunded: Money
  lastTransactionAt: Instant | null
  games: number
  /** The form as it was sent, when it was refused. */
  refused: { values: Contact; errors: Partial<Record<keyof Contact, string>>; message: string | null } | null
}

const FIELDS: readonly Pick<FieldProps, 'type' | 'autocomplete' | 'inputMode' | 'maxLength'>[] = [
  { autocomplete: 'organization', maxLength: 50 },
  { type: 'tel', autocomplete: 'tel-national', inputMode: 'tel', maxLength: 11 },
  { type: 'email', autocomplete: 'email', inputMode: 'email', maxLength: 128 },
]
const NAMES = ['name', 'phone', 'email'] as const

/** `/operator/profile`: who the account belongs to, its tier and its sums. */
export function ProfilePage(props: ProfileProps) {
  const t = useText()
  return (
    <Layout title={t('nav.account')}>
      <AccountTabs current="profile" />
      <div class="columns even">
        <Panel id="contact" title={t('account.contact')} note={t('account.contact.note')}>
          <Facts
            rows={[
              { label: t('register.name'), value: <Name of={props.contact.name} /> },
              { label: t('register.phone'), value: <Masked masked={maskPhone(props.contact.phone)} whole={props.contact.phone} /> },
              { label: t('register.email'), value: <Masked masked={maskEmail(props.contact.email)} whole={props.contact.email} /> },
            ]}
          />
          <ContactForm contact={props.contact} refused={props.refused} />
        </Panel>
        <Panel id="account" title={t('account.account')}>
          <Facts rows={accountRows(props, t)} />
        </Panel>
      </div>
      <Panel id="totals" title={t('account.totals')}>
        <Facts wide rows={totalRows(props, t)} />
      </Panel>
    </Layout>
  )
}

type Row = { label: string; value: ComponentChildren }

const accountRows = (props: ProfileProps, t: ReturnType<typeof useText>): Row[] => [
  { label: t('register.username'), value: <bdi>{props.username}</bdi> },
  { label: t('account.id'), value: <ShortId id={showId('operator', props.id)} /> },
  {
    label: t('account.category'),
    value: <Badge tone={props.category === 'vip' ? 'info' : 'neutral'}>{t(`category.${props.category}`)}</Badge>,
  },
  { label: t('account.created'), value: <Moment at={props.createdAt} /> },
  { label: t('account.updated'), value: <Moment at={props.updatedAt} /> },
]

const totalRows = (props: ProfileProps, t: ReturnType<typeof useText>): Row[] => [
  { label: t('shell.balance'), value: <Yuan of={props.balance} /> },
  { label: t('account.recharged'), value: <Yuan of={props.totalRecharged} /> },
  { label: t('account.consumed'), value: <Yuan of={props.totalConsumed} /> },
  { label: t('account.refunded'), value: <Yuan of={props.totalRefunded} /> },
  { label: t('account.games'), value: formatCount(props.games) },
  { label: t('account.lastTransaction'), value: props.lastTransactionAt ? <Moment at={props.lastTransactionAt} /> : t('account.none') },
]

/** Folded away until it is wanted; a refused form opens by itself with what was typed. */
function ContactForm({ contact, refused }: Pick<ProfileProps, 'contact' | 'refused'>) {
  const t = useText()
  const values = refused?.values ?? contact
  const errors = refused?.errors ?? {}
  const wrong = NAMES.flatMap((name) => (errors[name] === undefined ? [] : [{ name, label: t(`register.${name}`), message: errors[name] }]))
  return (
    <details class="more" open={refused !== null}>
      <summary>{t('account.edit')}</summary>
      <form method="post" action="/operator/profile" class="form inset" data-once noValidate={wrong.length > 0}>
        <CsrfField />
        {refused?.message && (
          <Notice tone="bad" focus>
            <p>{refused.message}</p>
          </Notice>
        )}
        <ErrorSummary errors={wrong} />
        {NAMES.map((name, at) => (
          <Field
            key={name}
            name={name}
            label={t(`register.${name}`)}
            hint={t(`register.${name}.hint`)}
            value={values[name]}
            error={errors[name]}
            {...FIELDS[at]!}
          />
        ))}
        <div class="form-actions">
          <SubmitButton>{t('account.save')}</SubmitButton>
        </div>
      </form>
    </details>
  )
}
