import type { Slice } from '#src/core/keyset'
import { formatYuan, type Money, minus, ZERO } from '#src/core/money'
import { formatMinute, type Instant } from '#src/core/time'
import { ConfirmForm } from '../components/confirm'
import { Facts } from '../components/facts'
import { formatCount, formatShare } from '../components/figures'
import { ErrorSummary, Field, SubmitButton, TextArea } from '../components/form'
import { MomentField } from '../components/moment-field'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { Radios } from '../components/radios'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { AffectedOperators, type AffectedRow } from './affected-operators'
import { type ApplicationDetail, PriceStep, type WaitingPrice } from './application'
import { applicationPath } from './game-paths'

export const PRICE_FIELDS = ['unit_price', 'effective_at', 'reason'] as const
type PriceField = (typeof PRICE_FIELDS)[number]

export type PriceFormProps = {
  application: ApplicationDetail
  waiting: WaitingPrice | undefined
  affected: Slice<AffectedRow>
  viewGrants: boolean
  values: Readonly<Record<PriceField, string>> & { when: 'now' | 'later' }
  errors: Partial<Record<PriceField, string>>
  message: string | null
}

const useTrail = (application: ApplicationDetail) => {
  const t = useText()
  return [
    { href: '/admin/applications', label: t('catalogue.title') },
    { href: applicationPath(application.id), label: application.appName },
  ]
}

/** `…/price`: the new price, when it counts from and why; beside it, whom it concerns. A GET form: nothing is changed by it. */
export function PriceFormPage({ application, waiting, affected, viewGrants, values, errors, message }: PriceFormProps) {
  const t = useText()
  const path = applicationPath(application.id)
  const wrong = PRICE_FIELDS.flatMap((name) => {
    const error = errors[name]
    return error === undefined ? [] : [{ name, label: t(`catalogue.price.${name}`), message: error }]
  })
  return (
    <Layout title={t('catalogue.price')} trail={useTrail(application)}>
      <div class="columns even">
        <Panel id="price" title={t('catalogue.price.form')}>
          {message !== null && <Notice tone="bad" title={message} focus />}
          <ErrorSummary errors={wrong} />
          {waiting && (
            <Notice
              tone="warn"
              title={t('catalogue.waiting', {
                old: formatYuan(waiting.oldPrice),
                price: formatYuan(waiting.newPrice),
                time: formatMinute(waiting.effectiveAt),
              })}
            >
              <p>{t('catalogue.price.waits')}</p>
            </Notice>
          )}
          <Facts rows={[{ label: t('catalogue.price.now'), value: <Yuan of={application.unitPrice} /> }]} />
          <form method="get" action={`${path}/price/confirmation`} class="form" noValidate={wrong.length > 0}>
            <Field
              name="unit_price"
              label={t('catalogue.price.unit_price')}
              hint={t('catalogue.field.unit_price.hint')}
              value={values.unit_price}
              error={errors.unit_price}
              autocomplete="off"
              inputMode="decimal"
              maxLength={10}
            />
            <Radios
              legend={t('catalogue.price.when')}
              name="when"
              value={values.when}
              options={(['now', 'later'] as const).map((value) => ({ value, label: t(`catalogue.price.when.${value}`) }))}
            >
              <div data-for="later">
                <MomentField
                  name="effective_at"
                  type="datetime-local"
                  label={t('catalogue.price.effective_at')}
                  hint={t('catalogue.price.effective_at.hint')}
                  value={values.effective_at}
                  error={errors.effective_at}
                />
              </div>
            </Radios>
            <TextArea
              name="reason"
              label={t('catalogue.price.reason')}
              hint={t('catalogue.price.reason.hint')}
              value={values.reason}
              error={errors.reason}
              optional
              maxLength={200}
              rows={2}
            />
            <div class="form-actions">
              <SubmitButton>{t('catalogue.price.next')}</SubmitButton>
              <a class="button" href={path}>
                {t('form.cancel')}
              </a>
            </div>
          </form>
        </Panel>
        <AffectedOperators of={affected} count={application.operators} linked={viewGrants} />
      </div>
    </Layout>
  )
}

export type PriceConfirmProps = {
  application: ApplicationDetail
  affected: Slice<AffectedRow>
  viewGrants: boolean
  newPrice: Money
  effectiveAt: Instant | null
  reason: string | null
  /** What the form sends on. */
  fields: Readonly<Record<string, string>>
}

/** `…/price/confirmation`: old and new price side by side, from when on, and every operator that is told. */
export function PriceConfirmPage({ application, affected, viewGrants, newPrice, effectiveAt, reason, fields }: PriceConfirmProps) {
  const t = useText()
  const path = applicationPath(application.id)
  const { unitPrice: oldPrice } = application
  const price = formatYuan(newPrice)
  return (
    <Layout title={t('catalogue.price.confirm')} trail={[...useTrail(application), { href: `${path}/price`, label: t('catalogue.price') }]}>
      <div class="columns even">
        <Panel id="confirm" title={t('catalogue.price.confirm')}>
          <Facts
            rows={[
              { label: t('apps.name'), value: <Name of={application.appName} /> },
              { label: t('apps.price'), value: <PriceStep from={oldPrice} to={newPrice} /> },
              { label: t('catalogue.price.change'), value: <Difference from={oldPrice} to={newPrice} /> },
              { label: t('catalogue.price.when'), value: effectiveAt ? formatMinute(effectiveAt) : t('catalogue.price.when.now') },
              { label: t('catalogue.price.reason'), value: <bdi class="prose">{reason ?? '–'}</bdi> },
            ]}
          />
          <ConfirmForm
            id="price"
            action={`${path}/price`}
            verb={effectiveAt ? t('catalogue.price.verb.later', { price }) : t('catalogue.price.verb.now', { price })}
            back={`${path}/price`}
            fields={fields}
            tone="primary"
          >
            <ul class="bullets">
              <li>{t('catalogue.price.effect.told', { count: formatCount(application.operators) })}</li>
              <li>{t(effectiveAt ? 'catalogue.price.effect.later' : 'catalogue.price.effect.now')}</li>
            </ul>
          </ConfirmForm>
        </Panel>
        <AffectedOperators of={affected} count={application.operators} linked={viewGrants} />
      </div>
    </Layout>
  )
}

function Difference({ from, to }: { from: Money; to: Money }) {
  const t = useText()
  const more = to > from
  const by = more ? minus(to, from) : minus(from, to)
  // A share for the eye, never for money.
  const percent = from > ZERO ? formatShare(Number(by) / Number(from)) : '–'
  return <>{t(more ? 'catalogue.price.up' : 'catalogue.price.down', { amount: formatYuan(by), percent })}</>
}
