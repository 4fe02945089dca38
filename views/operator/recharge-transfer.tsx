import { CsrfField, ErrorSummary, Field, SubmitButton } from '../components/form'
import { Notice } from '../components/notice'
import { Layout } from '../layout'
import { useText } from '../page-context'

const FIELDS = ['amount', 'payer_name', 'transferred_on', 'voucher'] as const
type TransferField = (typeof FIELDS)[number]
const LABELS = {
  amount: 'recharge.amount',
  payer_name: 'recharge.bank.payer',
  transferred_on: 'recharge.bank.day',
  voucher: 'recharge.bank.voucher',
} as const

export type TransferFormProps = {
  limits: { min: string; max: string }
  values: Record<Exclude<TransferField, 'voucher'>, string>
  errors: Partial<Record<TransferField, string>>
  message: string | null
  /** Makes a second sending of the same form harmless. */
  idempotencyKey: string
}

/** `/operator/bank-transfers/new`: what was transferred, with its voucher. */
export function TransferFormPage({ limits, values, errors, message, idempotencyKey }: TransferFormProps) {
  const t = useText()
  const wrong = FIELDS.flatMap((name) => (errors[name] === undefined ? [] : [{ name, label: t(LABELS[name]), message: errors[name] }]))
  return (
    <Layout title={t('recharge.bank.title')} trail={[{ href: '/operator/recharge', label: t('recharge.title') }]}>
      <section class="panel medium">
        <p class="muted">{t('recharge.bank.note')}</p>
        {message !== null && (
          <Notice tone="bad" focus>
            <p>{message}</p>
          </Notice>
        )}
        <ErrorSummary errors={wrong} />
        <form method="post" action="/operator/bank-transfers" encType="multipart/form-data" class="form" data-once noValidate>
          <CsrfField />
          <input type="hidden" name="key" value={idempotencyKey} />
          <Field
            name="amount"
            label={t('recharge.amount')}
            hint={t('recharge.amount.hint', limits)}
            value={values.amount}
            error={errors.amount}
            autocomplete="off"
            inputMode="decimal"
            maxLength={12}
          />
          <Field
            name="payer_name"
            label={t('recharge.bank.payer')}
            value={values.payer_name}
            error={errors.payer_name}
            autocomplete="off"
            maxLength={128}
          />
          <FileAndDay
            name="transferred_on"
            type="date"
            label={t('recharge.bank.day')}
            value={values.transferred_on}
            error={errors.transferred_on}
          />
          <FileAndDay
            name="voucher"
            type="file"
            label={t('recharge.bank.voucher')}
            hint={t('recharge.bank.voucherHint')}
            error={errors.voucher}
          />
          <div class="form-actions">
            <SubmitButton>{t('recharge.bank.submit')}</SubmitButton>
            <a class="button" href="/operator/recharge">
              {t('form.cancel')}
            </a>
          </div>
        </form>
      </section>
    </Layout>
  )
}

type InputProps = { name: string; type: 'date' | 'file'; label: string; value?: string; hint?: string; error?: string }

/** Fields for which the browser has a chooser of its own. */
const FileAndDay = ({ name, type, label, value, hint, error }: InputProps) => (
  <div class="field">
    <label for={name}>{label}</label>
    <div class="field-box">
      <input
        id={name}
        name={name}
        type={type as 'text'}
        value={value}
        accept={type === 'file' ? 'image/png,image/jpeg,application/pdf' : undefined}
        required
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={[hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(' ') || undefined}
      />
    </div>
    {hint && (
      <p class="field-hint" id={`${name}-hint`}>
        {hint}
      </p>
    )}
    {error && (
      <p class="field-error" id={`${name}-error`}>
        {error}
      </p>
    )}
  </div>
)
