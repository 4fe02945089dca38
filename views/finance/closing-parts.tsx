import { type Money, minus, plus, ZERO } from '#src/core/money'
import type { BusinessDay } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { Yuan } from '../components/money'
import { Panel } from '../components/panel'
import { Tabs } from '../components/tabs'
import { useText } from '../page-context'

export const CLOSING_PATH = '/finance/closing'
export const PROOFS_PATH = `${CLOSING_PATH}/proofs`
export const closingPath = (day: BusinessDay): string => `${CLOSING_PATH}/days/${day}`

type AccountName =
  | 'operator'
  | 'refund_payable'
  | 'suspense'
  | 'clearing:wechat'
  | 'clearing:alipay'
  | 'clearing:bank'
  | 'revenue'
  | 'channel_fees'
  | 'adjustments'

/** Debit less credit. */
export type AccountView = { account: AccountName; opening: Money; debit: Money; credit: Money; closing: Money }

export function ClosingTabs({ current }: { current: 'days' | 'proofs' }) {
  const t = useText()
  return (
    <Tabs
      label={t('closing.title')}
      tabs={[
        { href: CLOSING_PATH, label: t('closing.tabs.days'), current: current === 'days' },
        { href: PROOFS_PATH, label: t('closing.tabs.proofs'), current: current === 'proofs' },
      ]}
    />
  )
}

/** A balance as books write it: the amount and the side it stands on. */
function Sided({ of }: { of: Money }) {
  const t = useText()
  if (of === ZERO) return <Yuan of={of} />
  return (
    <>
      <span class="muted moved-word">{t(of > ZERO ? 'closing.debit.short' : 'closing.credit.short')}</span>{' '}
      <Yuan of={of > ZERO ? of : minus(ZERO, of)} />
    </>
  )
}

const Amount = ({ of }: { of: Money }) => (of === ZERO ? <span class="muted">–</span> : <Yuan of={of} />)

/** The trial balance of a day: what each account opened with, what moved, what it closed with. */
export function AccountsTable({ accounts }: { accounts: readonly AccountView[] }) {
  const t = useText()
  const sum = (side: 'debit' | 'credit') => accounts.reduce((all, account) => plus(all, account[side]), ZERO)
  return (
    <Panel id="accounts" title={t('closing.accounts')} note={t('closing.accounts.note')}>
      <DataTable
        caption={t('closing.accounts')}
        rows={accounts}
        rowKey={(row) => row.account}
        empty={null}
        columns={[
          { head: t('closing.account'), cell: (row) => t(`ledger.account.${row.account}`), wide: true },
          { head: t('closing.opening'), cell: (row) => <Sided of={row.opening} />, number: true },
          { head: t('closing.debit'), cell: (row) => <Amount of={row.debit} />, number: true },
          { head: t('closing.credit'), cell: (row) => <Amount of={row.credit} />, number: true },
          { head: t('closing.closing'), cell: (row) => <Sided of={row.closing} />, number: true },
        ]}
      />
      <p class="sums">
        <span>
          {t('closing.debit.sum')} <Yuan of={sum('debit')} />
        </span>
        <span>
          {t('closing.credit.sum')} <Yuan of={sum('credit')} />
        </span>
      </p>
    </Panel>
  )
}
