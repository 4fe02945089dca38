import { account } from './text/zh/account'
import { admin } from './text/zh/admin'
import { analytics } from './text/zh/analytics'
import { applications } from './text/zh/applications'
import { docs } from './text/zh/docs'
import { exports } from './text/zh/exports'
import { finance } from './text/zh/finance'
import { ledger } from './text/zh/ledger'
import { messages } from './text/zh/messages'
import { operatorHome } from './text/zh/operator-home'
import { problem } from './text/zh/problem'
import { publicPages } from './text/zh/public'
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
  ...exports,
  ...search,
  ...docs,
} as const
