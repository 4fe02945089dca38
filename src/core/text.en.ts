import type { TextKey } from './text'
import { account } from './text/en/account'
import { admin } from './text/en/admin'
import { analytics } from './text/en/analytics'
import { applications } from './text/en/applications'
import { docs } from './text/en/docs'
import { exports } from './text/en/exports'
import { finance } from './text/en/finance'
import { invoices } from './text/en/invoices'
import { ledger } from './text/en/ledger'
import { messages } from './text/en/messages'
import { operatorHome } from './text/en/operator-home'
import { payments } from './text/en/payments'
import { problem } from './text/en/problem'
import { publicPages } from './text/en/public'
import { recharge } from './text/en/recharge'
import { reconciliation } from './text/en/reconciliation'
import { refunds } from './text/en/refunds'
import { search } from './text/en/search'
import { shell } from './text/en/shell'
import { sites } from './text/en/sites'
import { statistics } from './text/en/statistics'
import { usage } from './text/en/usage'

/** English words of the pages; the same keys and placeholders as the Chinese ones. */
export const en: Record<TextKey, string> = {
  ...shell,
  ...publicPages,
  ...problem,
  ...operatorHome,
  ...admin,
  ...finance,
  ...analytics,
  ...account,
  ...sites,
  ...applications,
  ...usage,
  ...statistics,
  ...messages,
  ...ledger,
  ...invoices,
  ...exports,
  ...reconciliation,
  ...search,
  ...refunds,
  ...recharge,
  ...payments,
  ...docs,
}
