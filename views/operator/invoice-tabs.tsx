import { showId, type Uuid } from '#src/core/ids'
import { Tabs } from '../components/tabs'
import { useText } from '../page-context'

const PAGES = { list: '/operator/invoices', amount: '/operator/invoices/amount', titles: '/operator/invoices/titles' } as const

/** The pages about an operator's invoices. */
export function InvoiceTabs({ current }: { current: keyof typeof PAGES }) {
  const t = useText()
  const tab = (page: keyof typeof PAGES) => ({ href: PAGES[page], label: t(`invoices.tabs.${page}`), current: current === page })
  return <Tabs label={t('invoices.tabs')} tabs={[tab('list'), tab('amount'), tab('titles')]} />
}

export const invoicePath = (id: Uuid): string => `/operator/invoices/${showId('invoice', id)}`
export const titlePath = (id: Uuid): string => `/operator/invoices/titles/${id}`
