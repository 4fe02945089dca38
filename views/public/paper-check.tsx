import { type Money, minus, ZERO } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { Facts } from '../components/facts'
import { Field, SubmitButton } from '../components/form'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { TaxSplit } from '../operator/invoice'
import { useText } from '../page-context'
import { PublicLayout } from '../public-layout'

type Paper = {
  number: string
  state: 'good' | 'voided' | 'reversed' | 'partly' | 'red'
  title: string
  taxId: string
  amount: Money
  tax: Money | null
  taxRate: string | null
  issuedAt: Instant | null
  /** How much of a blue one was taken back. */
  reversed: Money | null
  /** Which one a red one takes back. */
  blueNumber: string | null
}
/** `paper` undefined: nothing was asked yet; null: there is no such paper. */
export type PaperCheckProps = { number: string; code: string; paper: Paper | null | undefined }

const TONES = { good: 'ok', red: 'ok', partly: 'warn', reversed: 'bad', voided: 'bad' } as const

/** `/invoices/check`: is this paper good? */
export function PaperCheckPage({ number, code, paper }: PaperCheckProps) {
  const t = useText()
  return (
    <PublicLayout title={t('invoices.check')} width="narrow">
      <div class="card">
        <h1>{t('invoices.check')}</h1>
        <p class="muted">{t('invoices.check.lead')}</p>
        {paper === null && (
          <Notice tone="bad" title={t('invoices.check.unknown')} focus>
            <p>{t('invoices.check.unknown.next')}</p>
          </Notice>
        )}
        {paper && <Found of={paper} />}
        <form method="get" action="/invoices/check" class="form">
          <Field
            name="number"
            label={t('invoices.check.number')}
            hint={t('invoices.check.number.hint')}
            value={number}
            autocomplete="off"
            maxLength={32}
          />
          <Field
            name="code"
            label={t('invoices.check.code')}
            hint={t('invoices.check.code.hint')}
            value={code}
            autocomplete="off"
            inputMode="numeric"
            maxLength={32}
          />
          <SubmitButton>{t('invoices.check.submit')}</SubmitButton>
        </form>
      </div>
    </PublicLayout>
  )
}

function Found({ of }: { of: Paper }) {
  const t = useText()
  return (
    <>
      <Notice tone={TONES[of.state]} title={t(`invoices.check.${of.state}`)} focus />
      <Facts
        rows={[
          { label: t('invoices.check.number'), value: of.number },
          ...(of.blueNumber ? [{ label: t('invoices.check.blue'), value: of.blueNumber }] : []),
          { label: t('invoices.column.amount'), value: <Yuan of={of.state === 'red' ? minus(ZERO, of.amount) : of.amount} /> },
          ...(of.taxRate !== null ? [{ label: t('invoices.tax'), value: <TaxSplit of={of} /> }] : []),
          ...(of.reversed ? [{ label: t('invoices.reversed'), value: <Yuan of={of.reversed} /> }] : []),
          { label: t('invoices.field.invoice_title'), value: <Name of={of.title} /> },
          { label: t('invoices.field.tax_id'), value: <code>{of.taxId}</code> },
          ...(of.issuedAt ? [{ label: t('invoices.check.issued'), value: <Moment at={of.issuedAt} /> }] : []),
        ]}
      />
    </>
  )
}
