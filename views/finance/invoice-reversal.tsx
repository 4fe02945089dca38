import { formatYuan, minus } from '#src/core/money'
import { ConfirmForm } from '../components/confirm'
import { Facts } from '../components/facts'
import { CsrfField, ErrorSummary, Field, Select, SubmitButton, TextArea } from '../components/form'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { InvoiceFacts, type InvoiceView } from '../operator/invoice'
import { InvoiceBadge } from '../operator/invoices'
import { useText } from '../page-context'
import { reversalPath, type StaffReversal } from './invoice-reversals'
import { deskPath, INVOICE_DESK } from './invoices'

export const REVERSAL_FIELDS = ['kind', 'amount', 'reason_code', 'reason', 'confirmation_no'] as const
type ReversalField = (typeof REVERSAL_FIELDS)[number]
type DeskInvoice = InvoiceView & { operatorName: string }

export type ReversalFormProps = {
  invoice: DeskInvoice
  /** Of this month, without a tax file and whole. */
  mayVoid: boolean
  values: Record<ReversalField, string>
  errors: Partial<Record<ReversalField, string>>
  message: string | null
}

const CODES = ['mistake', 'return', 'ended', 'allowance'] as const
const LABELS = {
  kind: 'invoices.reversal.kind',
  amount: 'invoices.reversal.amount',
  reason_code: 'invoices.reversal.code',
  reason: 'invoices.reversal.reason',
  confirmation_no: 'invoices.reversal.confirmation',
} as const

/** `/finance/invoices/:id/reversal`: asks for what is to be taken back; another person decides. */
export function ReversalFormPage({ invoice, message, ...form }: ReversalFormProps) {
  const t = useText()
  const title = t('invoices.reversal.title', { number: invoice.number! })
  return (
    <Layout title={title} trail={trailOf(invoice, t)}>
      {message !== null && (
        <Notice tone="bad" focus>
          <p>{message}</p>
        </Notice>
      )}
      <div class="columns even">
        <Panel id="invoice" title={invoice.operatorName} note={<InvoiceBadge of={invoice} />}>
          <InvoiceFacts of={invoice} />
        </Panel>
        <Panel id="reversal" title={t('invoices.reversal')}>
          <ReversalForm invoice={invoice} {...form} />
        </Panel>
      </div>
    </Layout>
  )
}

const trailOf = (invoice: DeskInvoice, t: ReturnType<typeof useText>) => [
  { href: INVOICE_DESK, label: t('invoices.desk') },
  { href: deskPath(invoice.id), label: invoice.number! },
]

function ReversalForm({ invoice, mayVoid, values, errors }: Omit<ReversalFormProps, 'message'>) {
  const t = useText()
  const kinds = mayVoid ? (['void', 'red'] as const) : (['red'] as const)
  const wrong = REVERSAL_FIELDS.flatMap((name) =>
    errors[name] === undefined ? [] : [{ name, label: t(LABELS[name]), message: errors[name] }],
  )
  const field = (name: ReversalField) => ({ name, label: t(LABELS[name]), value: values[name], error: errors[name] })
  return (
    <form method="post" action={`${deskPath(invoice.id)}/reversal`} class="form" data-once noValidate={wrong.length > 0}>
      <CsrfField />
      <ErrorSummary errors={wrong} />
      <Select
        {...field('kind')}
        hint={kinds.map((kind) => `${t(`invoices.reversal.kind.${kind}`)} — ${t(`invoices.reversal.kind.${kind}.hint`)}`).join(' ')}
        options={kinds.map((value) => ({ value, label: t(`invoices.reversal.kind.${value}`) }))}
      />
      <Field
        {...field('amount')}
        hint={t('invoices.reversal.amount.hint', { max: formatYuan(minus(invoice.amount, invoice.reversed)) })}
        autocomplete="off"
        inputMode="decimal"
        maxLength={16}
      />
      <Select {...field('reason_code')} options={CODES.map((value) => ({ value, label: t(`invoices.reversal.code.${value}`) }))} />
      <TextArea {...field('reason')} hint={t('invoices.reversal.reason.hint')} maxLength={200} rows={3} />
      <Field {...field('confirmation_no')} hint={t('invoices.reversal.confirmation.hint')} autocomplete="off" maxLength={32} optional />
      <p class="muted">{t('invoices.reversal.effect')}</p>
      <div class="form-actions">
        <SubmitButton>{t('invoices.reversal.propose')}</SubmitButton>
        <a class="button" href={deskPath(invoice.id)}>
          {t('form.cancel')}
        </a>
      </div>
    </form>
  )
}

export type ReversalReviewProps = {
  invoice: DeskInvoice
  reversal: StaffReversal
  /** The viewer proposed it. */
  isOwn: boolean
  values: { reason?: string }
  errors: { reason?: string | undefined }
  message: string | null
}

/** `…/reversals/:id/review`: the second person sees what would happen and decides. */
export function ReversalReviewPage(props: ReversalReviewProps) {
  const t = useText()
  const { invoice, reversal, isOwn, message } = props
  const waits = reversal.status === 'proposed'
  return (
    <Layout title={t('invoices.reversal')} trail={trailOf(invoice, t)}>
      {message !== null && (
        <Notice tone="bad" focus>
          <p>{message}</p>
        </Notice>
      )}
      <div class="columns even">
        <Panel id="invoice" title={invoice.operatorName} note={<InvoiceBadge of={invoice} />}>
          <InvoiceFacts of={invoice} />
        </Panel>
        <div class="stack">
          <Panel
            id="reversal"
            title={t(`invoices.reversal.kind.${reversal.kind}`)}
            note={<StatusBadge noun="reversal" state={reversal.status} />}
          >
            <ReversalFacts of={reversal} />
          </Panel>
          {waits && isOwn && <Notice tone="info" title={t('invoices.reversal.own')} />}
          {waits && !isOwn && <Confirmation {...props} />}
          {waits && <Rejection {...props} />}
        </div>
      </div>
    </Layout>
  )
}

function ReversalFacts({ of }: { of: StaffReversal }) {
  const t = useText()
  return (
    <Facts
      rows={[
        { label: t('invoices.column.amount'), value: <Yuan of={of.amount} /> },
        { label: t('invoices.reversal.code'), value: t(`invoices.reversal.code.${of.reasonCode}`) },
        { label: t('invoices.reversal.reason'), value: <bdi class="prose">{of.reason}</bdi> },
        ...(of.confirmationNo ? [{ label: t('invoices.reversal.confirmation'), value: <code>{of.confirmationNo}</code> }] : []),
        { label: t('invoices.reversal.column.by'), value: <Name of={of.proposerName} /> },
        { label: t('invoices.reversal.column.at'), value: <Moment at={of.proposedAt} seconds /> },
        ...(of.rejectReason ? [{ label: t('invoices.reversal.reject.reason'), value: <bdi class="prose">{of.rejectReason}</bdi> }] : []),
      ]}
    />
  )
}

function Confirmation({ invoice, reversal }: ReversalReviewProps) {
  const t = useText()
  const amount = formatYuan(reversal.amount)
  const words = { operator: invoice.operatorName, number: invoice.number!, amount }
  const isVoid = reversal.kind === 'void'
  return (
    <Panel id="confirmation" title={t('invoices.reversal.review')}>
      <ConfirmForm
        id="confirm-reversal"
        action={`${reversalPath(reversal)}/confirmation`}
        verb={isVoid ? t('invoices.reversal.confirm.void', { number: invoice.number! }) : t('invoices.reversal.confirm.red', { amount })}
        back={deskPath(invoice.id)}
      >
        <p>{isVoid ? t('invoices.reversal.confirm.void.effect', words) : t('invoices.reversal.confirm.red.effect', words)}</p>
      </ConfirmForm>
    </Panel>
  )
}

function Rejection({ reversal, values, errors }: ReversalReviewProps) {
  const t = useText()
  return (
    <Panel id="rejection" title={t('invoices.reversal.reject')}>
      <form method="post" action={`${reversalPath(reversal)}/rejection`} class="form" data-once noValidate={errors.reason !== undefined}>
        <CsrfField />
        <TextArea
          name="reason"
          label={t('invoices.reversal.reject.reason')}
          hint={t('invoices.reversal.reject.hint')}
          value={values.reason}
          error={errors.reason}
          maxLength={200}
          rows={2}
        />
        <div class="form-actions">
          <button type="submit" class="button" data-sending={t('form.sending')}>
            {t('invoices.reversal.reject')}
          </button>
        </div>
      </form>
    </Panel>
  )
}
