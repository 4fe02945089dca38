import { account } from './text/zh/account'
import { admin } from './text/zh/admin'
import { analytics } from './text/zh/analytics'
import { applications } from './text/zh/applications'
import { docs } from './text/zh/docs'
import { exports } from './text/zh/exports'
import { finance } from './text/zh/finance'
import { invoices } from './text/zh/invoices'
import { ledger } from './text/zh/ledger'
import { messages } from './text/zh/messages'
import { operatorHome } from './text/zh/operator-home'
import { payments } from './text/zh/payments'
import { problem } from './text/zh/problem'
import { publicPages } from './text/zh/public'
import { recharge } from './text/zh/recharge'
import { reconciliation } from './text/zh/reconciliation'
import { refunds } from './text/zh/refunds'
import { search } from './text/zh/search'
import { shell } from './text/zh/shell'
import { sites } from './text/zh/sites'
import { statistics } from './text/zh/statistics'
import { usage } from './text/zh/usage'

/** Chinese words of the pages, the reference: its keys are the keys. Glossary: 充值 消费 退款 授权 门店 场次 对账 差错; 运营商 = customer. */
export const zh = {
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
} as const
