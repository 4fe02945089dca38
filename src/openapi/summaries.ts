import type { LocalText } from '#src/core/problem'
import type { Audience, Route } from '#src/platform/route'

/** The parts of the document, in order of reading. */
export const AREAS_OF_API: readonly (LocalText & { audience: Audience })[] = [
  { audience: 'client', zh: '头显服务器', en: 'Headset server' },
  { audience: 'public', zh: '登录、注册与支付通知', en: 'Sign-in, registration and payment notifications' },
  { audience: 'anyone_signed_in', zh: '任何已登录账户', en: 'Anybody signed in' },
  { audience: 'operator', zh: '运营商', en: 'Operator' },
  { audience: 'staff', zh: '平台员工', en: 'Any member of staff' },
  { audience: 'admin', zh: '平台管理', en: 'Administration' },
  { audience: 'finance', zh: '财务', en: 'Finance' },
  { audience: 'analyst', zh: '数据统计', en: 'Statistics' },
]

/** What each route is for, in one line. */
const SUMMARIES: Record<string, LocalText> = {
  'POST /auth/game/authorize': { zh: '开场授权并扣费', en: 'Authorise a game start and charge for it' },
  'POST /auth/game/pre-authorize': {
    zh: '查询能否开场与费用，不扣费',
    en: 'Ask whether a game could start and what it would cost; nothing is charged',
  },
  'GET /game/sites': { zh: '可选门店，首次安装时用', en: 'Sites to choose from at first set-up' },
  'GET /game/applications': { zh: '已授权且可用的应用', en: 'Applications that may be started' },
  'POST /auth/game/sessions/:session_id/end': { zh: '上报场次结束', en: 'Report the end of a session' },

  'POST /auth/operators/register': {
    zh: '注册运营商，API Key 只返回这一次',
    en: 'Register an operator; the API key is returned this once',
  },
  'POST /auth/operators/login': { zh: '运营商登录', en: 'Operator login' },
  'POST /auth/operators/logout': { zh: '运营商退出登录', en: 'Operator logout' },
  'POST /auth/admin/login': { zh: '管理员与数据统计登录', en: 'Login of administrators and analysts' },
  'POST /auth/finance/login': { zh: '财务登录', en: 'Finance login' },
  'POST /auth/admin/logout': { zh: '管理员退出登录', en: 'Administrator logout' },
  'POST /auth/finance/logout': { zh: '财务退出登录', en: 'Finance logout' },
  'POST /notify/wechat': {
    zh: '微信支付通知，由微信支付调用，以签名为凭',
    en: 'Notification of WeChat Pay, called by it; the signature is the proof',
  },
  'POST /notify/alipay': {
    zh: '支付宝通知，由支付宝调用，以签名为凭',
    en: 'Notification of Alipay, called by it; the signature is the proof',
  },
  'POST /auth/password': { zh: '修改自己的密码，其他登录全部失效', en: 'Change the own password; all other sessions end' },

  'GET /operators/me': { zh: '账户资料', en: 'Own profile' },
  'PUT /operators/me': { zh: '修改资料', en: 'Change the profile' },
  'DELETE /operators/me': { zh: '注销账户', en: 'Close the account' },
  'POST /operators/me/api-key/regenerate': { zh: '重新生成 API Key', en: 'Generate a new API key' },
  'GET /operators/me/balance': { zh: '余额与累计金额', en: 'Balance and totals' },
  'POST /operators/me/recharge': {
    zh: '充值下单，返回付款码或付款地址',
    en: 'Start a recharge; answers a code to scan or an address to pay at',
  },
  'GET /operators/me/recharge/:order_id': {
    zh: '充值订单的状态，可要求立即核对',
    en: 'State of a recharge order; may ask the provider at once',
  },
  'POST /operators/me/recharge/:order_id/cancel': { zh: '取消未支付的充值订单', en: 'Give up a recharge order that is not paid' },
  'GET /finance/recharge-records': { zh: '全部运营商的充值订单', en: 'Recharge orders of all operators' },
  'GET /finance/quarantine': { zh: '与订单不一致的付款', en: 'Payments that do not fit what was ordered' },
  'POST /finance/quarantine/:quarantine_id/resolve': {
    zh: '处理与订单不一致的付款：入账、退回或忽略',
    en: 'Decide about a payment that does not fit: credit, return or dismiss',
  },
  'GET /operators/me/transactions': { zh: '资金流水', en: 'Transactions' },
  'GET /operators/me/sessions': { zh: '自己的登录', en: 'Own sign-ins' },
  'DELETE /operators/me/sessions/:session_id': { zh: '下线一个登录', en: 'End a sign-in' },
  'GET /operators/me/sites': { zh: '门店列表', en: 'Sites' },
  'POST /operators/me/sites': { zh: '创建门店', en: 'Create a site' },
  'PUT /operators/me/sites/:site_id': { zh: '修改门店', en: 'Change a site' },
  'DELETE /operators/me/sites/:site_id': { zh: '删除门店，历史保留', en: 'Delete a site; its history stays' },
  'GET /operators/me/authorized-apps': { zh: '已授权的应用', en: 'Authorised applications' },
  'GET /operators/me/available-apps': { zh: '可以申请的应用', en: 'Applications that may be requested' },
  'GET /operators/me/app-requests': { zh: '授权申请列表', en: 'Own requests' },
  'POST /operators/me/app-requests': { zh: '申请授权', en: 'Request an application' },
  'GET /operators/me/usage-records': { zh: '使用记录与合计', en: 'Usage records with their sums' },
  'GET /operators/me/usage-records/export': { zh: '导出使用记录', en: 'Export usage records' },
  'GET /operators/me/usage-records/:usage_id': { zh: '一条使用记录', en: 'One usage record' },
  'GET /operators/me/statistics/consumption': { zh: '消费趋势，按日、周或月', en: 'Consumption by day, week or month' },
  'GET /operators/me/statistics/by-app': { zh: '按应用统计', en: 'Statistics by application' },
  'GET /operators/me/statistics/by-site': { zh: '按门店统计', en: 'Statistics by site' },
  'GET /operators/me/statistics/player-distribution': { zh: '玩家人数分布', en: 'Distribution of player counts' },
  'GET /operators/me/statistics/export': { zh: '导出统计', en: 'Export statistics' },
  'GET /operators/me/refunds': { zh: '退款申请列表', en: 'Refund requests' },
  'POST /operators/me/refunds': { zh: '申请退款', en: 'Ask for a refund' },
  'DELETE /operators/me/refunds/:refund_id': { zh: '撤回待审核的退款申请', en: 'Withdraw a refund request that waits' },
  'GET /finance/refunds': { zh: '退款申请，默认待审核', en: 'Refund requests, waiting ones unless asked otherwise' },
  'GET /finance/refunds/:refund_id': { zh: '退款申请与付款明细', en: 'A refund request with its payouts' },
  'POST /finance/refunds/:refund_id/approve': {
    zh: '批准退款；超过限额需第二人',
    en: 'Approve a refund; above the limit a second person must',
  },
  'POST /finance/refunds/:refund_id/reject': { zh: '拒绝退款申请', en: 'Refuse a refund request' },
  'GET /operators/me/invoices': { zh: '发票列表与可开票金额', en: 'Invoices, and how much may be invoiced' },
  'POST /operators/me/invoices': { zh: '申请开票', en: 'Ask for an invoice' },
  'DELETE /operators/me/invoices/:invoice_id': { zh: '撤回待审核的开票申请', en: 'Withdraw a request that waits' },
  'GET /operators/me/invoices/:invoice_id/pdf': { zh: '下载开票凭证', en: 'Download the receipt of an issued invoice' },
  'GET /finance/invoices': { zh: '发票申请，默认待审核', en: 'Requests for invoices, waiting ones unless asked otherwise' },
  'POST /finance/invoices/:invoice_id/approve': { zh: '批准并开具发票', en: 'Approve and issue an invoice' },
  'POST /finance/invoices/:invoice_id/reject': { zh: '拒绝开票申请', en: 'Refuse a request for an invoice' },
  'GET /finance/invoices/:invoice_id/pdf': { zh: '下载开票凭证', en: 'Download the receipt of an issued invoice' },
  'GET /operators/me/messages': { zh: '消息列表', en: 'Messages' },
  'PUT /operators/me/messages/:message_id/read': { zh: '标记一条已读', en: 'Mark a message as read' },
  'PUT /operators/me/messages/read-all': { zh: '全部标记已读', en: 'Mark all messages as read' },

  'GET /admin/operators': { zh: '运营商列表', en: 'Operators' },
  'POST /admin/operators': { zh: '创建运营商', en: 'Create an operator' },
  'GET /admin/operators/:operator_id': { zh: '运营商详情', en: 'One operator' },
  'PUT /admin/operators/:operator_id': { zh: '修改运营商资料', en: "Change an operator's profile" },
  'PUT /admin/operators/:operator_id/category': { zh: '调整客户分类', en: 'Change the tier' },
  'POST /admin/operators/:operator_id/lock': { zh: '锁定账户', en: 'Lock an account' },
  'POST /admin/operators/:operator_id/unlock': { zh: '解锁账户', en: 'Unlock an account' },
  'POST /admin/operators/:operator_id/deactivate': { zh: '注销账户', en: 'Close an account' },
  'GET /admin/operators/:operator_id/api-key': { zh: '查看 API Key，留下审计记录', en: 'Show an API key; leaves an audit entry' },
  'POST /admin/operators/:operator_id/api-key/reset': { zh: '重置 API Key', en: 'Reset an API key' },
  'GET /admin/applications': { zh: '应用列表', en: 'Applications' },
  'POST /admin/applications': { zh: '创建应用', en: 'Create an application' },
  'PUT /admin/applications/:app_id': { zh: '修改应用', en: 'Change an application' },
  'PUT /admin/applications/:app_id/price': { zh: '调整单价，立即生效', en: 'Change the price, in force at once' },
  'GET /admin/app-requests': { zh: '授权申请列表', en: 'Requests for applications' },
  'POST /admin/app-requests/:request_id/approve': { zh: '批准申请', en: 'Approve a request' },
  'POST /admin/app-requests/:request_id/reject': { zh: '拒绝申请', en: 'Reject a request' },
  'POST /admin/authorizations': { zh: '直接授权', en: 'Authorise an operator' },
  'GET /admin/authorizations': { zh: '授权列表', en: 'Authorisations' },
  'DELETE /admin/authorizations/:authorization_id': { zh: '撤销授权', en: 'Revoke an authorisation' },
  'POST /admin/announcements': { zh: '发布公告', en: 'Publish an announcement' },
}

/** The line of a route; its own path stands in where it has none, which a test refuses. */
export const summaryOf = ({ method, path }: Route): LocalText => SUMMARIES[`${method} ${path}`] ?? { zh: path, en: path }

/** The routes that have a line. */
export const SUMMARISED: readonly string[] = Object.keys(SUMMARIES)
