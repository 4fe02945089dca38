import { CsrfField, ErrorSummary, Select, SubmitButton, TextArea } from '../components/form'
import { useText } from '../page-context'
import { OperatorFormFrame, type OperatorHead, operatorPath, Refused, wrongFields } from './operator-frame'

export type CategoryProps = {
  operator: OperatorHead
  values: { category: OperatorHead['category']; pinned: boolean; reason: string }
  errors: Record<string, string>
  message: string | null
}

const CATEGORIES = ['trial', 'normal', 'vip'] as const

/** `…/category`: the tier, and whether it stays or is the monthly job's. */
export function CategoryPage({ operator, values, errors, message }: CategoryProps) {
  const t = useText()
  const wrong = wrongFields(['category', 'reason'], errors, (name) => t(`operators.${name}`))
  const at = operatorPath(operator.id)
  return (
    <OperatorFormFrame operator={operator} title={t('operators.category.change')}>
      <Refused message={message} />
      <ErrorSummary errors={wrong} />
      <ul class="bullets">
        <li>{t('operators.category.effect.tier')}</li>
        <li>{t('operators.category.effect.pinned')}</li>
      </ul>
      <form method="post" action={`${at}/category`} class="form" data-once noValidate={wrong.length > 0}>
        <CsrfField />
        <input type="hidden" name="seen_category" value={operator.category} />
        <input type="hidden" name="seen_pinned" value={String(operator.categoryPinned)} />
        <Select
          name="category"
          label={t('operators.category')}
          value={values.category}
          error={errors.category}
          options={CATEGORIES.map((one) => ({ value: one, label: t(`category.${one}`) }))}
        />
        <label class="check">
          <input type="checkbox" name="pinned" value="true" checked={values.pinned} />
          <span>{t('operators.pin')}</span>
        </label>
        <TextArea
          name="reason"
          label={t('operators.reason')}
          hint={t('operators.category.reason.hint')}
          value={values.reason}
          error={errors.reason}
          maxLength={200}
          optional
        />
        <div class="form-actions">
          <SubmitButton>{t('operators.category.save')}</SubmitButton>
          <a class="button" href={at}>
            {t('form.cancel')}
          </a>
        </div>
      </form>
    </OperatorFormFrame>
  )
}
