import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { reason, text } from '#src/core/fields'
import { keysetQuery } from '#src/core/keyset'
import { instant } from '#src/core/time'
import { validate } from '#src/core/validation'
import { done, type FormCall, fieldErrors, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { transaction } from '#src/platform/database'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { PartnerPage, PartnerStatePage, RenewPartnerKeyPage } from '#views/admin/partner'
import { PartnerFormPage, type PartnerFormProps, type PartnerValues, SCOPES } from '#views/admin/partner-form'
import { PartnersPage, partnerPath } from '#views/admin/partners'
import { WalletPage } from '#views/admin/wallet'
import { WalletCheckPage } from '#views/admin/wallet-check'
import { UserId } from './input'
import {
  allPartners,
  changePartner,
  createPartner,
  KEY_OVERLAPS,
  NewPartner,
  PartnerChange,
  type PartnerRow,
  renewPartnerKey,
  requirePartner,
  setPartnerState,
  startCheck,
} from './manage-partners'
import { findWallet } from './open'
import { playersOf, statementSlice } from './queries'

type AdminCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const PATH = '/admin/partners'
const AT = '/admin/partners/:partner_id' as const
const MANAGE = { audience: 'admin', permission: 'partner:manage' } as const

const WalletQuery = v.object({
  ...keysetQuery,
  platform: v.fallback(v.optional(text(0, 32), ''), ''),
  user: v.fallback(v.optional(UserId, ''), ''),
})

/** Partner platforms, their keys and their players' wallets. */
export const walletsAdminPages = [
  page(`GET ${PATH}`, MANAGE, async (call) => {
    const [partners, players] = [await allPartners(), await playersOf()]
    return showPage(call, h(PartnersPage, { partners: partners.map((row) => ({ ...row, players: players.get(row.platform) ?? 0 })) }))
  }),

  page(`GET ${PATH}/new`, MANAGE, (call) => showForm(call, null, { values: BLANK })),

  page(`POST ${PATH}/new`, { ...MANAGE, stepUp: true }, async (call) => {
    const values = valuesOf(call)
    const checked = validate(NewPartner, inputOf(values))
    if (!checked.ok) return showForm(call, null, { values, errors: fieldErrors(checked.faults, call) }, 400)
    try {
      const { id, key } = await transaction((tx) => createPartner(tx, checked.value, actOf(call.caller, call.info)))
      return await showPartner(call, await requirePartner(id), key)
    } catch (error) {
      const { status, errors, message } = refusalOf(error, call, ['platform'])
      return showForm(call, null, { values, errors, message }, status)
    }
  }),

  page(`GET ${AT}`, MANAGE, async (call) => showPartner(call, await partnerIn(call), null)),

  page(`GET ${AT}/edit`, MANAGE, async (call) => {
    const partner = await partnerIn(call)
    return showForm(call, partner, { values: valuesFrom(partner) })
  }),

  page(`POST ${AT}/edit`, { ...MANAGE, stepUp: true }, async (call) => {
    const partner = await partnerIn(call)
    const values = valuesOf(call)
    const { platform, ...change } = inputOf(values)
    const checked = validate(PartnerChange, change)
    if (!checked.ok) return showForm(call, partner, { values, errors: fieldErrors(checked.faults, call) }, 400)
    await transaction((tx) => changePartner(tx, partner.id, checked.value, actOf(call.caller, call.info)))
    return redirect(partnerPath(partner.id), done('partners.done.changed'))
  }),

  page(`GET ${AT}/key`, MANAGE, async (call) => showPage(call, h(RenewPartnerKeyPage, { partner: await partnerIn(call), message: null }))),

  page(`POST ${AT}/key`, { ...MANAGE, stepUp: true }, async (call) => {
    const partner = await partnerIn(call)
    const overlapSeconds = KEY_OVERLAPS.find((seconds) => String(seconds) === call.form.overlap) ?? 0
    const renewal = { overlapSeconds, replaces: instant(call.form.replaces ?? '') }
    try {
      const key = await transaction((tx) => renewPartnerKey(tx, partner.id, renewal, actOf(call.caller, call.info)))
      return await showPartner(call, await requirePartner(partner.id), key)
    } catch (error) {
      const { status, errors, message } = refusalOf(error, call, ['key'])
      return showPage(call, h(RenewPartnerKeyPage, { partner: await partnerIn(call), message: message ?? errors.key ?? null }), { status })
    }
  }),

  page(`GET ${AT}/state`, MANAGE, async (call) => showState(call, { errors: {}, message: null }, 200)),

  page(`POST ${AT}/state`, { ...MANAGE, stepUp: true }, async (call) => {
    const partner = await partnerIn(call)
    const checked = validate(v.object({ reason }), { reason: call.form.reason ?? '' })
    if (!checked.ok) return showState(call, { errors: fieldErrors(checked.faults, call), message: null }, 400)
    const enabled = call.form.enable === 'true'
    try {
      await transaction((tx) => setPartnerState(tx, partner.id, { enabled, why: checked.value.reason }, actOf(call.caller, call.info)))
    } catch (error) {
      const { status, errors, message } = refusalOf(error, call, ['reason'])
      return showState(call, { errors, message }, status)
    }
    return redirect(partnerPath(partner.id), done(enabled ? 'partners.done.enabled' : 'partners.done.disabled'))
  }),

  page('GET /admin/wallets', MANAGE, async (call) => {
    const { platform, user, ...keyset } = pageQuery(call.request, WalletQuery)
    const [wallet, platforms] = [user ? await findWallet(platform, user) : undefined, await allPartners()]
    const entries = wallet ? await statementSlice(wallet.id, keyset) : { rows: [], newer: null, older: null, size: keyset.size }
    return showPage(call, h(WalletPage, { platforms, sought: { platform, user }, purses: wallet?.purses ?? null, entries }))
  }),

  page('GET /admin/wallet-check', MANAGE, (call) => showPage(call, h(WalletCheckPage, { ownKey: null }))),

  page('POST /admin/wallet-check', MANAGE, async (call) => {
    const ownKey = await transaction((tx) => startCheck(tx, actOf(call.caller, call.info)))
    return showPage(call, h(WalletCheckPage, { ownKey }))
  }),
]

const BLANK: PartnerValues = {
  platform: '',
  name: '',
  scopes: [...SCOPES],
  origins: '',
  signatureRequired: true,
  rateLimitPerMinute: '6000',
}

const partnerIn = ({ params }: AdminCall): Promise<PartnerRow> => requirePartner(pathId('partner', params, 'partner_id'))

const valuesOf = ({ form }: FormCall): PartnerValues => ({
  platform: form.platform ?? '',
  name: form.name ?? '',
  scopes: SCOPES.filter((scope) => form[`scope.${scope}`] === 'true'),
  origins: form.origins ?? '',
  signatureRequired: form.signatureRequired === 'true',
  rateLimitPerMinute: form.rateLimitPerMinute ?? '',
})

const valuesFrom = ({ origins, rateLimitPerMinute, ...partner }: PartnerRow): PartnerValues => ({
  ...partner,
  origins: origins.join('\n'),
  rateLimitPerMinute: String(rateLimitPerMinute),
})

/** What was typed, as the schemas take it. */
const inputOf = ({ origins, rateLimitPerMinute, ...values }: PartnerValues) => ({
  ...values,
  origins: origins.split(/\s+/).filter((line) => line !== ''),
  rateLimitPerMinute: /^\d{1,8}$/.test(rateLimitPerMinute.trim()) ? Number(rateLimitPerMinute) : Number.NaN,
})

async function showPartner(call: AdminCall, partner: PartnerRow, shownKey: string | null): Promise<Response> {
  const { previousKeyValidUntil: until } = partner
  const players = (await playersOf()).get(partner.platform) ?? 0
  const seen = { ...partner, previousKeyValidUntil: until && until > call.info.now ? until : null }
  return showPage(call, h(PartnerPage, { partner: seen, players, shownKey }))
}

async function showState(call: AdminCall, shown: { errors: Record<string, string>; message: string | null }, status: number) {
  return showPage(call, h(PartnerStatePage, { partner: await partnerIn(call), reason: call.form.reason ?? '', ...shown }), { status })
}

function showForm(
  call: AdminCall,
  partner: PartnerFormProps['partner'],
  shown: Pick<PartnerFormProps, 'values'> & Partial<PartnerFormProps>,
  status = 200,
) {
  return showPage(call, h(PartnerFormPage, { partner, errors: {}, message: null, ...shown }), { status })
}
