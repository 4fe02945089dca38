import { showId, type Uuid } from '#src/core/ids'
import { formatYuan, type Money } from '#src/core/money'
import { ShortId } from '../components/copy'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { Filters, FilterText } from '../components/filters'
import { CsrfField, ErrorSummary, Field, FileField, Select, SubmitButton, TextArea } from '../components/form'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { ADJUSTMENTS_PATH, directions, newAdjustmentPath } from './adjustments'

type OperatorView = { id: Uuid; name: string; username: string; category: 'trial' | 'normal' | 'vip'; balance: Money }

/** `/finance/adjustments/new` without an operator: whose balance it is about. */
export function ChooseOperatorPage({ keyword, operators, total }: { keyword: string; operators: readonly OperatorView[]; total: number }) {
  const t = useText()
  return (
    <Layout title={t('adjustments.choose')} trail={[{ href: ADJUSTMENTS_PATH, label: t('adjustments.title') }]}>
      <Filters action={`${ADJUSTMENTS_PATH}/new`} chips={keyword ? [{ label: keyword, clear: ['keyword'] }] : []}>
        <FilterText name="keyword" label={t('adjustments.choose.search')} value={keyword} />
      </Filters>
      <Panel
        id="operators"
        title={t('adjustments.choose.list')}
        note={total > operators.length ? t('adjustments.choose.more', { shown: operators.length, total }) : undefined}
      >
        <DataTable
          caption={t('adjustments.choose.list')}
          rows={operators}
          rowKey={(row) => row.id}
          empty={<EmptyState icon="search" title={t('adjustments.choose.none')} next={t('adjustments.choose.noneNext')} />}
          columns={[
            {
              head: t('adjustments.operator'),
              cell: (row) => (
                <a href={newAdjustmentPath(row.id)}>
                  <Name of={row.name} />
                </a>
              ),
              wide: true,
            },
            { head: t('adjustments.username'), cell: (row) => <Name of={row.username} /> },
            { head: t('adjustments.tier'), cell: (row) => t(`category.${row.category}`) },
            { head: t('adjustments.balance'), cell: (row) => <Yuan of={row.balance} />, number: true },
          ]}
        />
      </Panel>
    </Layout>
  )
}

export const ADJUSTMENT_FIELDS = ['direction', 'amount', 'reason', 'proof', 'corrects'] as const
type AdjustmentField = (typeof ADJUSTMENT_FIELDS)[number]
const LABELS = {
  direction: 'adjustments.direction',
  amount: 'adjustments.amount.yuan',
  reason: 'adjustments.reason',
  proof: 'adjustments.proof',
  corrects: 'adjustments.corrects',
} as const

export type AdjustmentFormProps = {
  operator: OperatorView
  /** Above this a second person agrees. */
  limit: Money
  values: Record<Exclude<AdjustmentField, 'proof'>, string>
  errors: Partial<Record<AdjustmentField, string>>
  message: string | null
  /** Makes a second sending of the same form harmless. */
  idempotencyKey: string
}

/** The form itself: it writes down; the page after it asks once more before money moves. */
export function AdjustmentFormPage(props: AdjustmentFormProps) {
  const t = useText()
  const { operator, limit, errors, message } = props
  const wrong = ADJUSTMENT_FIELDS.flatMap((name) => (errors[name] ? [{ name, label: t(LABELS[name]), message: errors[name] }] : []))
  return (
    <Layout title={t('adjustments.new')} trail={[{ href: ADJUSTMENTS_PATH, label: t('adjustments.title') }]}>
      <div class="columns even">
        <section class="panel" aria-label={t('adjustments.new')}>
          <p>{t('adjustments.for', { name: operator.name, balance: formatYuan(operator.balance) })}</p>
          <p class="muted">{t('adjustments.note', { limit: formatYuan(limit) })}</p>
          {message !== null && (
            <Notice tone="bad" title={t('adjustments.refused')} focus>
              <p>{message}</p>
            </Notice>
          )}
          <ErrorSummary errors={wrong} />
          <Form {...props} />
        </section>
        <Panel
          id="operator"
          title={t('adjustments.operator')}
          note={<a href={`${ADJUSTMENTS_PATH}/new`}>{t('adjustments.choose.other')}</a>}
        >
          <Facts
            rows={[
              { label: t('adjustments.operator'), value: <Name of={operator.name} /> },
              { label: t('adjustments.username'), value: <Name of={operator.username} /> },
              { label: t('adjustments.tier'), value: t(`category.${operator.category}`) },
              { label: t('adjustments.balance'), value: <Yuan of={operator.balance} /> },
              { label: t('adjustments.operatorId'), value: <ShortId id={showId('operator', operator.id)} /> },
            ]}
          />
        </Panel>
      </div>
    </Layout>
  )
}

function Form({ operator, values, errors, idempotencyKey }: AdjustmentFormProps) {
  const t = useText()
  return (
    <form method="post" action={`${ADJUSTMENTS_PATH}/new`} encType="multipart/form-data" class="form" data-once noValidate>
      <CsrfField />
      <input type="hidden" name="operator" value={showId('operator', operator.id)} />
      <input type="hidden" name="key" value={idempotencyKey} />
      <Select name="direction" label={t(LABELS.direction)} value={values.direction} error={errors.direction} options={directions(t)} />
      <Field
        name="amount"
        label={t(LABELS.amount)}
        hint={t('adjustments.amount.hint')}
        value={values.amount}
        error={errors.amount}
        autocomplete="off"
        inputMode="decimal"
        maxLength={12}
      />
      <TextArea
        name="reason"
        label={t(LABELS.reason)}
        hint={t('adjustments.reason.hint')}
        value={values.reason}
        error={errors.reason}
        maxLength={200}
      />
      <FileField
        name="proof"
        label={t(LABELS.proof)}
        hint={t('adjustments.proof.hint')}
        error={errors.proof}
        accept="image/png,image/jpeg,application/pdf"
      />
      <Field
        name="corrects"
        label={t(LABELS.corrects)}
        hint={t('adjustments.corrects.hint')}
        value={values.corrects}
        error={errors.corrects}
        autocomplete="off"
        maxLength={48}
        optional
      />
      <div class="form-actions">
        <SubmitButton>{t('adjustments.next')}</SubmitButton>
        <a class="button" href={ADJUSTMENTS_PATH}>
          {t('form.cancel')}
        </a>
      </div>
    </form>
  )
}
