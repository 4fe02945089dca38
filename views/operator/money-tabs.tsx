import { Tabs } from '../components/tabs'
import { useText } from '../page-context'

type Page = 'transactions' | 'statement' | 'ledger'

/** The pages about an operator's money. */
export function MoneyTabs({ current }: { current: Page }) {
  const t = useText()
  const tab = (page: Page, label: string) => ({ href: `/operator/${page}`, label, current: current === page })
  return (
    <Tabs
      label={t('transactions.tabs')}
      tabs={[tab('transactions', t('transactions.title')), tab('statement', t('statement.title')), tab('ledger', t('ledger.title'))]}
    />
  )
}
