import { h } from 'preact'
import * as v from 'valibot'
import { storedKeyOf } from '#src/accounts/api-keys'
import { AddressList, changeKeyAddresses } from '#src/accounts/key-addresses'
import { requireOperator } from '#src/accounts/operators'
import { endOverlap, OVERLAPS, type Overlap, regenerateApiKey, type ShownKey, showOwnApiKey } from '#src/accounts/renew-api-key'
import { usableApplications } from '#src/applications/grants'
import { givenPassword, isoInstant } from '#src/core/fields'
import { keysetQuery } from '#src/core/keyset'
import { Problem } from '#src/core/problem'
import { text } from '#src/core/text'
import { validate } from '#src/core/validation'
import { done, type FormCall, fieldErrors, languageOf, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { config } from '#src/platform/config'
import { type OperatorCaller, page } from '#src/platform/route'
import { sitesForHeadset } from '#src/sites/sites'
import { ApiKeyCallsPage } from '#views/operator/api-key-calls'
import { ApiKeysPage, type ApiKeysProps, EndPreviousKeyPage } from '#views/operator/api-keys'
import { SigningPage, type SigningProps } from '#views/operator/signing'
import { checkSignature } from './check-signature'
import { curlExample, PATH } from './curl-example'
import { keyCallsPage, latestKeyCall, OUTCOMES } from './key-calls'

type OwnCall = FormCall & { caller: OperatorCaller }

const HOME = '/operator/api-keys'

/** What an operator's technician needs: the key, its fences, the last calls, help with signing. */
export const apiKeysOperatorPages = [
  page('GET /operator/api-keys', { audience: 'operator' }, (call) => keysPage(call, {})),

  page('POST /operator/api-keys/show', { audience: 'operator' }, async (call) => {
    const checked = validate(v.object({ password: givenPassword }), formOf(call, 'show'))
    if (!checked.ok) return again(call, 'show', 400, fieldErrors(checked.faults, call))
    try {
      const { apiKey } = await showOwnApiKey(call.caller, checked.value.password, call.info)
      return keysPage(call, { shown: { apiKey, isNew: false } })
    } catch (error) {
      return refused(call, 'show', error)
    }
  }),

  page('POST /operator/api-keys/renew', { audience: 'operator' }, async (call) => {
    const checked = validate(RenewalForm, formOf(call, 'renew'))
    if (!checked.ok) return again(call, 'renew', 400, fieldErrors(checked.faults, call))
    const { overlap: overlapSeconds, ...given } = checked.value
    try {
      const made = await regenerateApiKey(call.caller, { ...given, overlapSeconds }, call.info)
      return keysPage(call, { shown: shownNew(made) })
    } catch (error) {
      if (error instanceof Problem && error.wording === 'ALREADY_PROCESSED')
        return again(call, 'renew', error.status, {}, text(languageOf(call), 'apiKeys.renew.twice'))
      return refused(call, 'renew', error)
    }
  }),

  page('GET /operator/api-keys/end-previous', { audience: 'operator' }, (call) => showPage(call, h(EndPreviousKeyPage, {}))),

  page('POST /operator/api-keys/end-previous', { audience: 'operator' }, async (call) => {
    await endOverlap(call.caller, call.info)
    return redirect(HOME, done('account.done.previousKey'))
  }),

  page('POST /operator/api-keys/addresses', { audience: 'operator' }, async (call) => {
    const checked = validate(AddressesForm, formOf(call, 'addresses'))
    if (!checked.ok) return again(call, 'addresses', 400, fieldErrors(checked.faults, call))
    try {
      await changeKeyAddresses(call.caller, checked.value.addresses, checked.value.password, call.info)
    } catch (error) {
      return refused(call, 'addresses', error)
    }
    return redirect(HOME, done('account.done.addresses'))
  }),

  page('GET /operator/api-keys/calls', { audience: 'operator' }, async (call) => {
    const { result: outcome, ...keyset } = pageQuery(call.request, CallsQuery)
    const calls = await keyCallsPage(call.caller.id, call.info.now, { outcome, ...keyset })
    return showPage(call, h(ApiKeyCallsPage, { calls, outcome }))
  }),

  page('GET /operator/api-keys/signing', { audience: 'operator' }, (call) => signing(call, { values: BLANK, errors: {}, checked: null })),

  page('POST /operator/api-keys/signing', { audience: 'operator' }, async (call) => {
    const values = attemptOf(call)
    const given = validate(AttemptForm, values)
    if (!given.ok) return signing(call, { values, errors: fieldErrors(given.faults, call), checked: null }, 400)
    const { apiKey } = await storedKeyOf(call.caller.id)
    const checked = checkSignature(values, apiKey, call.info.now.getTime() / 1000)
    return signing(call, { values, errors: {}, checked })
  }),
]

const CallsQuery = v.object({ ...keysetQuery, result: v.fallback(v.optional(v.picklist(OUTCOMES)), undefined) })

type KeyForm = NonNullable<ApiKeysProps['refused']>['form']

/** Each form has a password field of its own name: three on one page would share an id otherwise. */
const formOf = ({ form }: OwnCall, name: KeyForm) => ({ ...form, password: form[`${name}_password`] ?? '' })

const AddressesForm = v.object({ addresses: v.optional(AddressList, ''), password: givenPassword })

const RenewalForm = v.object({
  overlap: v.pipe(
    v.picklist(OVERLAPS.map(String) as [string, ...string[]]),
    v.transform((seconds) => Number(seconds) as Overlap),
  ),
  replaces: isoInstant,
  password: givenPassword,
})

const shownNew = ({ apiKey }: ShownKey) => ({ apiKey, isNew: true })

async function refused(call: OwnCall, form: KeyForm, error: unknown): Promise<Response> {
  const { status, errors, message } = refusalOf(error, call, ['password'])
  return again(call, form, status, errors, message)
}

function again(call: OwnCall, form: KeyForm, status: number, errors: Record<string, string>, message: string | null = null) {
  const { overlap = '0', addresses = '' } = call.form
  return keysPage(call, { refused: { form, values: { overlap, addresses: addresses.slice(0, 4_000) }, errors, message } }, status)
}

async function keysPage(call: OwnCall, given: Partial<Pick<ApiKeysProps, 'shown' | 'refused'>>, status = 200): Promise<Response> {
  const { caller, info } = call
  const [operator, { apiKey }, lastUsed] = await Promise.all([
    requireOperator(caller.id),
    storedKeyOf(caller.id),
    latestKeyCall(caller.id, info.now),
  ])
  const until = operator.previousApiKeyValidUntil
  const props: ApiKeysProps = {
    masked: `${apiKey.slice(0, 4)}…${apiKey.slice(-4)}`,
    generatedAt: operator.apiKeyGeneratedAt,
    shown: null,
    refused: null,
    lastUsed,
    previousUntil: until && until > info.now ? until : null,
    addresses: operator.apiKeyAddresses,
    ownAddress: info.ip,
    ...given,
  }
  return showPage(call, h(ApiKeysPage, props), { status })
}

const FIELDS = ['timestamp', 'method', 'path', 'body', 'signed', 'signature'] as const
type Attempt = SigningProps['values']
const BLANK: Attempt = { timestamp: '', method: 'POST', path: PATH, body: '', signed: '', signature: '' }

const required = (most: number) => v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(most))
const AttemptForm = v.object({
  timestamp: v.pipe(required(20), v.digits()),
  method: v.picklist(['POST', 'GET']),
  path: v.pipe(required(500), v.startsWith('/')),
  body: v.pipe(v.string(), v.maxLength(20_000)),
  signed: v.pipe(v.string(), v.maxLength(21_000)),
  signature: required(200),
})

/** A browser sends every line of a form with CRLF; a body with those in it is as rare as this checker is useful. */
const attemptOf = ({ form }: OwnCall): Attempt =>
  Object.fromEntries(FIELDS.map((name) => [name, (form[name] ?? '').replaceAll('\r\n', '\n').slice(0, 21_001)])) as Attempt

async function signing(call: OwnCall, given: Omit<SigningProps, 'example'>, status = 200): Promise<Response> {
  const { caller, info } = call
  const [[site], [application]] = await Promise.all([
    sitesForHeadset(caller.id, { page: 1, page_size: 1 }),
    usableApplications(caller.id, info.now),
  ])
  const place = {
    operatorId: caller.id,
    siteId: site?.site_id.slice(5),
    applicationId: application?.id,
    players: application?.minPlayers ?? 1,
  }
  return showPage(call, h(SigningPage, { ...given, example: curlExample(config().PUBLIC_URL, place) }), { status })
}
