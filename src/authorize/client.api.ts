import * as v from 'valibot'
import type { ApiKeyOwner } from '#src/accounts/api-keys'
import { applicationsForHeadset } from '#src/applications/grants'
import { isoInstant, pageQuery } from '#src/core/fields'
import { showId } from '#src/core/ids'
import { iso } from '#src/core/time'
import { type Validated, validate, validateBody } from '#src/core/validation'
import { json, type RequestInfo, success } from '#src/platform/http'
import { api, type Call } from '#src/platform/route'
import { sitesForHeadset } from '#src/sites/sites'
import { endGame } from '#src/usage/end-game'
import { AuthorizedAnswer, EndedGameAnswer, HeadsetApplicationsAnswer, HeadsetSitesAnswer, QuotedAnswer } from './answers'
import { authorize } from './authorize'
import { clientCall, prove, readSigned, requireAccount, type SignedCall, type Trace, traceOwner } from './client-call'
import { GameStartBody, parseGameStart } from './input'
import { quote } from './quote'
import { parseSessionId } from './session-id'

const SitesQuery = v.object(pageQuery)
const EndBody = v.strictObject({
  duration_seconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(86_400))),
  ended_at: v.optional(isoInstant),
})

/** The headset server's side of the contract (API 2). Handlers check the shape themselves: it is rung 1 of one ladder. */
export const clientApi = [
  api('POST /auth/game/authorize', { audience: 'client', answer: AuthorizedAnswer, reads: { body: GameStartBody } }, ({ request, info }) =>
    authorize(request, info),
  ),

  api('POST /auth/game/pre-authorize', { audience: 'client', answer: QuotedAnswer, reads: { body: GameStartBody } }, (call) =>
    provedCall(call, { operation: 'pre_authorize' }, parseGameStart, async (owner, { value }, trace) => {
      trace.siteId = value.siteId
      trace.applicationId = value.applicationId
      return { response: success(await quote(owner, value, call.info.now)) }
    }),
  ),

  api('GET /game/sites', { audience: 'client', answer: HeadsetSitesAnswer, reads: { query: SitesQuery } }, (call) =>
    provedCall(
      call,
      { operation: 'game_sites' },
      () => validate(SitesQuery, queryOf(call.request)),
      async (owner, { value }) => {
        const sites = await sitesForHeadset(owner.id, value)
        return { response: success({ operator_id: showId('operator', owner.id), operator_name: owner.name, sites }) }
      },
    ),
  ),

  api('GET /game/applications', { audience: 'client', answer: HeadsetApplicationsAnswer }, (call) =>
    provedCall(call, { operation: 'game_applications' }, emptyBody, async (owner) => ({
      response: success({ applications: await applicationsForHeadset(owner.id, call.info.now) }),
    })),
  ),

  api('POST /auth/game/sessions/:session_id/end', { audience: 'client', answer: EndedGameAnswer, reads: { body: EndBody } }, (call) =>
    provedCall(
      call,
      { operation: 'session_end' },
      (body) => validateBody(EndBody, body.byteLength === 0 ? EMPTY : body),
      async (owner, { value }, trace) => {
        const session = parseSessionId(call.params.session_id ?? '')
        trace.sessionId = session?.text ?? null
        const report = { durationSeconds: value.duration_seconds, endedAt: value.ended_at }
        const { usage, isRepeat } = await endGame(owner.id, session?.text ?? '', report, call.info.now)
        const data = {
          usage_id: showId('usage', usage.id),
          session_id: usage.sessionId,
          game_duration: usage.durationSeconds,
          ended_at: iso(usage.endedAt),
          estimated: usage.estimated,
        }
        if (!isRepeat) return { response: success(data) }
        return { response: json(200, { success: true, data, replayed: true }, { 'Idempotency-Replayed': 'true' }), result: 'replayed' }
      },
    ),
  ),
]

const EMPTY = new TextEncoder().encode('{}')

const queryOf = (request: Request): Record<string, string> => Object.fromEntries(new URL(request.url).searchParams)

const emptyBody = (body: Uint8Array): Validated<undefined> =>
  body.byteLength === 0
    ? { ok: true, value: undefined }
    : { ok: false, faults: [{ field: 'body', message: { zh: '须为空', en: 'must be empty' } }] }

type Answer = { response: Response; result?: 'accepted' | 'replayed' }
type Incoming = Pick<Call<'client', undefined, undefined>, 'request' | 'params'> & { info: RequestInfo }

/** Rungs 0–5, then `run` with the owner of the key. */
function provedCall<T>(
  { request, info }: Incoming,
  trace: Trace,
  parse: (body: Uint8Array) => Validated<T>,
  run: (owner: ApiKeyOwner, signed: SignedCall<T>, trace: Trace) => Promise<Answer>,
): Promise<Response> {
  return clientCall(info, trace, async () => {
    const signed = await readSigned(request, info, parse)
    traceOwner(trace, signed)
    const owner = await prove(signed, info)
    traceOwner(trace, signed, owner)
    requireAccount(owner)
    return run(owner, signed, trace)
  })
}
