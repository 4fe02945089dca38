import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { lockEvidence } from '#src/authorize/evidence'
import { reason } from '#src/core/fields'
import { ZERO } from '#src/core/money'
import { Problem } from '#src/core/problem'
import { text } from '#src/core/text'
import { validate } from '#src/core/validation'
import { done, type FormCall, fieldErrors, languageOf, problemWords, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { requirePermission } from '#src/permissions/require'
import { transaction } from '#src/platform/database'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { OperatorActPage, type OperatorActProps } from '#views/admin/operator-act'
import { CategoryPage, type CategoryProps } from '#views/admin/operator-category'
import { CREATE_FIELDS, type CreateValues, EditOperatorPage, NewOperatorPage, OperatorCreatedPage } from '#views/admin/operator-form'
import { operatorPath } from '#views/admin/operator-frame'
import { OperatorsPage } from '#views/admin/operators'
import { CategoryChange, changeCategory } from './category'
import { closeAccount, openItemsOf } from './close'
import { operatorListQuery, operatorSums, operatorsPage } from './list'
import { lockAccount, unlockAccount } from './lock'
import { type Operator, requireOperator } from './operators'
import { changeProfile, ProfileInput } from './profile'
import { CreateOperatorInput, createOperator } from './register'

type AdminCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const PATH = '/admin/operators'
const ONE = `${PATH}/:operator_id` as const
const admin = (permission: string) => ({ audience: 'admin', permission }) as const

/** Administrators and the operators' accounts in the browser; the rules are those of the API. */
export const accountsAdminPages = [
  page(`GET ${PATH}`, admin('operator:view'), async (call) => {
    const { sort = 'newest', closed, keyword, category, state, ...keyset } = pageQuery(call.request, v.object(operatorListQuery))
    const filter = { keyword, category, state, includeClosed: closed === 'true' }
    const [operators, sums] = await Promise.all([operatorsPage(filter, sort, keyset), operatorSums(filter)])
    return showPage(call, h(OperatorsPage, { operators, sums, filter, sort }))
  }),

  // Asked before the form is filled in: what the guard carries through its own page would else be a new account's password.
  page(`GET ${PATH}/new`, { ...admin('operator:create'), stepUp: true }, (call) =>
    showPage(call, h(NewOperatorPage, { values: BLANK, errors: {}, message: null })),
  ),

  page(`POST ${PATH}/new`, { ...admin('operator:create'), stepUp: true }, (call) => create(call)),

  page(`GET ${ONE}/edit`, admin('operator:edit'), async (call) => {
    const operator = await operatorOf(call)
    return showPage(call, h(EditOperatorPage, { operator, values: contactOf(operator), errors: {}, message: null }))
  }),

  page(`POST ${ONE}/edit`, admin('operator:edit'), async (call) => {
    const operator = await operatorOf(call)
    const { name = '', phone = '', email = '', seen_name = '', seen_phone = '', seen_email = '' } = call.form
    const values = { name, phone, email }
    const again = (status: number, errors: Record<string, string>, message: string | null = null) =>
      showPage(call, h(EditOperatorPage, { operator, values, errors, message }), { status })
    const checked = validate(ProfileInput, values)
    if (!checked.ok) return again(400, fieldErrors(checked.faults, call))
    try {
      const seen = { name: seen_name, phone: seen_phone, email: seen_email }
      await transaction((tx) => changeProfile(tx, operator.id, checked.value, actOf(call.caller, call.info), seen))
    } catch (error) {
      const { status, errors, message } = refusalOf(error, call, ['name', 'phone', 'email'])
      return again(status, errors, message)
    }
    return redirect(operatorPath(operator.id), done('operators.done.edited'))
  }),

  page(`GET ${ONE}/category`, admin('operator:category'), async (call) => {
    const operator = await operatorOf(call)
    return showCategory(call, operator, { values: { category: operator.category, pinned: true, reason: '' } })
  }),

  page(`POST ${ONE}/category`, admin('operator:category'), async (call) => {
    const operator = await operatorOf(call)
    const { category = '', reason: why = '', pinned, seen_category = '', seen_pinned } = call.form
    const checked = validate(CategoryChange, { category, reason: why, pinned: pinned === 'true' })
    const values = { category: category as Operator['category'], pinned: pinned === 'true', reason: why }
    if (!checked.ok) return showCategory(call, operator, { values, errors: fieldErrors(checked.faults, call) }, 400)
    const seen = { category: seen_category as Operator['category'], pinned: seen_pinned === 'true' }
    try {
      await transaction((tx) => changeCategory(tx, operator.id, checked.value, actOf(call.caller, call.info), seen))
    } catch (error) {
      const { status, errors, message } = refusalOf(error, call, ['category', 'reason'])
      return showCategory(call, await operatorOf(call), { values, errors, message }, status)
    }
    return redirect(operatorPath(operator.id), done('operators.done.category'))
  }),

  page(`GET ${ONE}/lock`, admin('operator:lock'), (call) => showAct(call, 'lock')),
  page(`POST ${ONE}/lock`, admin('operator:lock'), (call) => act(call, 'lock')),

  page(`GET ${ONE}/unlock`, admin('operator:lock'), (call) => showAct(call, 'unlock')),
  page(`POST ${ONE}/unlock`, admin('operator:lock'), (call) => act(call, 'unlock')),

  page(`GET ${ONE}/deactivate`, admin('operator:deactivate'), (call) => showAct(call, 'deactivate')),
  page(`POST ${ONE}/deactivate`, { ...admin('operator:deactivate'), stepUp: true }, (call) => act(call, 'deactivate')),
]

const operatorOf = ({ params }: Pick<AdminCall, 'params'>): Promise<Operator> => requireOperator(pathId('operator', params, 'operator_id'))
const contactOf = ({ name, phone, email }: Operator) => ({ name, phone, email })

const BLANK: CreateValues = { username: '', name: '', phone: '', email: '', category: 'normal', initial_balance: '' }
const CreateForm = v.object({ ...CreateOperatorInput.entries, password_repeat: v.string() })

/** The key is in the answer to the form and nowhere else: it is shown this once. */
async function create(call: AdminCall): Promise<Response> {
  const values = Object.fromEntries(CREATE_FIELDS.map((name) => [name, call.form[name] ?? ''])) as CreateValues
  const again = (status: number, errors: Record<string, string>, message: string | null = null) =>
    showPage(call, h(NewOperatorPage, { values, errors, message }), { status })
  const { password = '', password_repeat = '' } = call.form
  const checked = validate(CreateForm, { ...values, initial_balance: values.initial_balance.trim() || '0.00', password, password_repeat })
  if (!checked.ok) return again(400, fieldErrors(checked.faults, call))
  if (password !== password_repeat) return again(400, { password_repeat: text(languageOf(call), 'account.password.differs') })
  const { password_repeat: _, ...input } = checked.value
  if (input.initial_balance > ZERO) requirePermission(call.caller, 'operator:grant')
  try {
    const made = await createOperator(input, actOf(call.caller, call.info))
    const { id, username, apiKey } = made
    return showPage(call, h(OperatorCreatedPage, { id, username, name: input.name, apiKey, balance: made.balance }), { status: 201 })
  } catch (error) {
    if (error instanceof Problem && error.code === 'USERNAME_EXISTS') return again(400, { username: problemWords(error, call) })
    const { status, errors, message } = refusalOf(error, call, CREATE_FIELDS)
    return again(status, errors, message)
  }
}

function showCategory(call: AdminCall, operator: Operator, shown: Pick<CategoryProps, 'values'> & Partial<CategoryProps>, status = 200) {
  return showPage(call, h(CategoryPage, { operator, errors: {}, message: null, ...shown }), { status })
}

type Act = OperatorActProps['act']
const ACTS = { lock: lockAccount, unlock: unlockAccount, deactivate: closeAccount } as const
const DONE = { lock: 'operators.done.locked', unlock: 'operators.done.unlocked', deactivate: 'operators.done.deactivated' } as const

async function showAct(call: AdminCall, kind: Act, shown: Partial<OperatorActProps> = {}, status = 200): Promise<Response> {
  const operator = await operatorOf(call)
  const [evidence, openItems] = await Promise.all([
    operator.lockedAt ? lockEvidence(operator.id, operator.lockedAt) : null,
    kind === 'deactivate' ? openItemsOf(operator.id) : [],
  ])
  const usual = { values: { reason: '', username: '' }, errors: {}, message: null }
  return showPage(call, h(OperatorActPage, { act: kind, operator, evidence, openItems, ...usual, ...shown }), { status })
}

/** With a reason; closing for good also asks for the name of the account. */
async function act(call: AdminCall, kind: Act): Promise<Response> {
  const operator = await operatorOf(call)
  const { reason: why = '', username = '' } = call.form
  const values = { reason: why, username }
  const checked = validate(v.object({ reason }), { reason: why })
  const errors: Record<string, string> = checked.ok ? {} : fieldErrors(checked.faults, call)
  if (kind === 'deactivate' && username.trim().toLowerCase() !== operator.username.toLowerCase())
    errors.username = text(languageOf(call), 'operators.deactivate.username.wrong')
  if (!checked.ok || errors.username) return showAct(call, kind, { values, errors }, 400)
  try {
    await transaction((tx) => ACTS[kind](tx, operator.id, checked.value.reason, actOf(call.caller, call.info)))
  } catch (error) {
    const refused = refusalOf(error, call, ['reason', 'operator_id'])
    const message = refused.message ?? refused.errors.operator_id ?? null
    return showAct(call, kind, { values, errors: { ...refused.errors }, message }, refused.status)
  }
  return redirect(operatorPath(operator.id), done(DONE[kind]))
}
