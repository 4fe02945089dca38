import type { Slice } from '#src/core/keyset'
import { formatYuan, type Money, money } from '#src/core/money'
import { CsrfField, ErrorSummary, Field, SubmitButton } from '../components/form'
import { Icon } from '../components/icon'
import { Yuan } from '../components/money'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { OrderRows, type OrderView } from './recharge-orders'

/** In yuan, as the page offers them. */
export const PRESETS = [100, 200, 500, 1000, 2000, 5000] as const
type OnlineMethod = 'wechat' | 'alipay'

export type RechargeFormProps = {
  balance: Money
  /** Those that are set up; none of them leaves the bank transfer. */
  methods: readonly OnlineMethod[]
  limits: { min: string; max: string }
  values: { preset: string; own: string; method: string }
  /** Makes a second sending of the same form harmless. */
  idempotencyKey: string
  error: string | null
  message: string | null
  orders: Slice<OrderView>
}

/** `/operator/recharge`: an amount, a way to pay, and what was ordered lately. */
export function RechargePage(props: RechargeFormProps) {
  const t = useText()
  return (
    <Layout
      title={t('recharge.title')}
      note={
        <>
          {t('operator.home.balance')} <Yuan of={props.balance} />
        </>
      }
    >
      <div class="columns even">
        <section class="panel" aria-label={t('recharge.title')}>
          {props.methods.length === 0 ? (
            <Notice tone="warn" title={t('recharge.method.none')}>
              <p>{t('recharge.method.noneNext')}</p>
            </Notice>
          ) : (
            <RechargeForm {...props} />
          )}
          <p class="recharge-bank">
            <a href="/operator/bank-transfers/new">
              <Icon name="landmark" /> {t('recharge.bank.link')}
            </a>
            <span class="muted">{t('recharge.bank.note')}</span>
          </p>
        </section>
        <Panel id="orders" title={t('recharge.orders')} note={<a href="/operator/recharges">{t('recharge.orders.all')}</a>}>
          <OrderRows rows={props.orders.rows} filtered={false} short />
          {props.orders.rows.length > 0 && <p class="list-note muted">{t('recharge.orders.lost')}</p>}
        </Panel>
      </div>
    </Layout>
  )
}

function RechargeForm({ methods, limits, values, idempotencyKey, error, message }: RechargeFormProps) {
  const t = useText()
  return (
    <form method="post" action="/operator/recharges" class="form recharge-form" data-once noValidate>
      <CsrfField />
      <input type="hidden" name="key" value={idempotencyKey} />
      {message !== null && (
        <Notice tone="bad" title={t('recharge.refused')} focus>
          <p>{message}</p>
        </Notice>
      )}
      <ErrorSummary errors={error === null ? [] : [{ name: 'own', label: t('recharge.amount'), message: error }]} />
      <fieldset>
        <legend>{t('recharge.amount')}</legend>
        <div class="choices">
          {PRESETS.map((yuan) => (
            <label key={yuan} class="choice">
              <input type="radio" name="preset" value={`${yuan}.00`} checked={values.own === '' && values.preset === `${yuan}.00`} />
              <span>{formatYuan(money(yuan * 100)).replace('.00', '')}</span>
            </label>
          ))}
        </div>
        <Field
          name="own"
          label={t('recharge.amount.own')}
          hint={t('recharge.amount.hint', limits)}
          value={values.own}
          error={error ?? undefined}
          optional
          autocomplete="off"
          inputMode="decimal"
          maxLength={12}
        />
      </fieldset>
      <fieldset>
        <legend>{t('recharge.method')}</legend>
        <div class="choices two">
          {methods.map((method) => (
            <label key={method} class="choice">
              <input type="radio" name="method" value={method} checked={method === (values.method || methods[0])} />
              <span>{t(`recharge.method.${method}`)}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <div class="form-actions">
        <SubmitButton>{t('recharge.submit')}</SubmitButton>
      </div>
    </form>
  )
}
