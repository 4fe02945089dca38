/** The words of the office that every layer shares: permissions, pages, tables. */

export const OFFICE_FORMS = ['baoxiao', 'qingjia', 'caigou', 'duiwai_fukuan', 'gongzuo_jiaojie'] as const
export type OfficeForm = (typeof OFFICE_FORMS)[number]

const OFFICE_ACTIONS = ['view', 'view_all', 'create', 'edit', 'delete', 'approve', 'export'] as const
export type OfficeAction = (typeof OFFICE_ACTIONS)[number]

export type OfficePermission = `office:${OfficeForm}:${OfficeAction}` | 'office:dashboard' | 'office:settings'

/** Own requests are everybody's; what concerns others is by post or by grant. */
export const OWN_ACTIONS: readonly OfficeAction[] = ['view', 'create', 'edit', 'delete']

export const OFFICE_PERMISSIONS: readonly OfficePermission[] = [
  ...OFFICE_FORMS.flatMap((form) => OFFICE_ACTIONS.map((action) => `office:${form}:${action}` as const)),
  'office:dashboard',
  'office:settings',
]

export const CASE_STATES = ['draft', 'submitted', 'returned', 'rejected', 'withdrawn', 'approved', 'paid'] as const
export type CaseState = (typeof CASE_STATES)[number]

/** What can be done with a case that was submitted; `save`, `submit` and `delete` belong to its form. */
export const CASE_ACTS = [
  'approve',
  'reject',
  'send_back',
  'transfer',
  'add_signer',
  'confirm',
  'pay',
  'withdraw',
  'remind',
  'copy',
  'comment',
] as const
export type CaseAct = (typeof CASE_ACTS)[number]

export const NODE_MODES = ['sequential', 'all', 'any'] as const
export type NodeMode = (typeof NODE_MODES)[number]

/** Where a way of a flow ends. */
export const END = 'end'
/** The nodes that no flow names: the receiver's confirmation, the payment, the applicant. */
export const CONFIRM_NODE = 'confirm'
export const PAY_NODE = 'pay'
export const START_NODE = 'start'
