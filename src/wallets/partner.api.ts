import * as v from 'valibot'
import { bareUuid } from '#src/core/fields'
import { iso } from '#src/core/time'
import { timeFilter } from '#src/core/time-filter'
import { type Validated, validate, validateBody } from '#src/core/validation'
import { json, list, type RequestInfo } from '#src/platform/http'
import { type Call as RouteCall, shared } from '#src/platform/route'
import { BalancesAnswer, MovedAnswer, ReleaseAnswer, ReversalAnswer, StatementAnswer, TransferAnswer, WalletAnswer } from './answers'
import type { Act } from './decide'
import {
  BalanceQuery,
  idempotencyKeyOf,
  MoveBody,
  ReleaseBody,
  ReversalBody,
  requestHash,
  StatementQuery,
  TransferBody,
  UserId,
} from './input'
import { move } from './move'
import { openWallet } from './open'
import { provePartner } from './partner-call'
import type { Scope } from './partners'
import { pursesAt, requireWallet, statementPage } from './queries'
import { entryJson, walletJson } from './wallet'

type Incoming = Pick<RouteCall<'partner', undefined, undefined>, 'request' | 'params'> & { info: RequestInfo }

/** The shared player wallet for partner platforms (API 9). Handlers prove the caller themselves, like those of headset servers. */
export const walletsPartnerApi = [
  shared('GET /api/shared/wallet/:user_id', { audience: 'partner', answer: WalletAnswer }, async ({ request, info, params }) => {
    const { platform, value } = await provePartner(request, info, 'wallet:read', () => userOf(params))
    const { wallet, isNew } = await openWallet(platform, value.userId)
    return json(200, { wallet: walletJson(wallet), isNewWallet: isNew })
  }),

  shared(
    'GET /api/shared/wallet/:user_id/transactions',
    { audience: 'partner', answer: StatementAnswer, reads: { query: StatementQuery } },
    async ({ request, info, params }) => {
      const proved = await provePartner(request, info, 'wallet:read', () =>
        both(userOf(params), validate(StatementQuery, queryOf(request))),
      )
      const { userId, ...query } = proved.value
      const { id } = await requireWallet(proved.platform, userId)
      const { total, entries } = await statementPage(id, { ...timeFilter(query), currency: query.currency }, query)
      return list(query, total, entries.map(entryJson))
    },
  ),

  shared(
    'GET /api/shared/wallet/:user_id/balances',
    { audience: 'partner', answer: BalancesAnswer, reads: { query: BalanceQuery } },
    async ({ request, info, params }) => {
      const proved = await provePartner(request, info, 'wallet:read', () => both(userOf(params), validate(BalanceQuery, queryOf(request))))
      const { userId, at = info.now } = proved.value
      const { id } = await requireWallet(proved.platform, userId)
      const { gameCoins, cashBalance, computingPower } = await pursesAt(id, at)
      return json(200, {
        userId,
        at: iso(at),
        gameCoins: Number(gameCoins.available),
        cashBalance: Number(cashBalance.available),
        computingPower: Number(computingPower.available),
        frozen: {
          gameCoins: Number(gameCoins.frozen),
          cashBalance: Number(cashBalance.frozen),
          computingPower: Number(computingPower.frozen),
        },
      })
    },
  ),

  shared('POST /api/shared/wallet/:user_id/credit', { audience: 'partner', answer: MovedAnswer, reads: { body: MoveBody } }, (call) =>
    change(call, 'wallet:credit', (body) => moveOf('credit', call.params, body)),
  ),
  shared('POST /api/shared/wallet/:user_id/debit', { audience: 'partner', answer: MovedAnswer, reads: { body: MoveBody } }, (call) =>
    change(call, 'wallet:debit', (body) => moveOf('debit', call.params, body)),
  ),
  shared('POST /api/shared/wallet/:user_id/freeze', { audience: 'partner', answer: MovedAnswer, reads: { body: MoveBody } }, (call) =>
    change(call, 'wallet:freeze', (body) => moveOf('freeze', call.params, body)),
  ),
  shared('POST /api/shared/wallet/transfers', { audience: 'partner', answer: TransferAnswer, reads: { body: TransferBody } }, (call) =>
    change(call, 'wallet:transfer', (body) => mapped(validateBody(TransferBody, body), transferOf)),
  ),
  shared(
    'POST /api/shared/wallet/freezes/:transaction_id/release',
    { audience: 'partner', answer: ReleaseAnswer, reads: { body: ReleaseBody } },
    (call) =>
      change(call, 'wallet:freeze', (body) =>
        mapped(both(idIn(call.params), validateBody(ReleaseBody, body)), ({ id, amount, reason, reference }) => ({
          kind: 'release',
          freezeId: id,
          amount: amount === null ? null : BigInt(amount),
          reason,
          reference,
        })),
      ),
  ),
  shared(
    'POST /api/shared/wallet/transactions/:transaction_id/reverse',
    { audience: 'partner', answer: ReversalAnswer, reads: { body: ReversalBody } },
    (call) =>
      change(call, 'wallet:reverse', (body) =>
        mapped(both(idIn(call.params), validateBody(ReversalBody, body)), ({ id, reason, reference }) => ({
          kind: 'reversal',
          transactionId: id,
          reason,
          reference,
        })),
      ),
  ),
]

/** Proves the caller, carries the act out once per idempotency key, and answers what the first call was answered. */
async function change({ request, info }: Incoming, scope: Scope, parse: (body: Uint8Array) => Validated<Act>): Promise<Response> {
  const { platform, value } = await provePartner(request, info, scope, (body) =>
    both(
      mapped(idempotencyKeyOf(request), (key) => ({ key })),
      mapped(parse(body), (act) => ({ act })),
    ),
  )
  const { answer, replayed } = await move({ platform, idempotencyKey: value.key, requestHash: requestHash(value.act), act: value.act })
  return json(200, { ...answer, replayed }, replayed ? { 'Idempotency-Replayed': 'true' } : {})
}

const moveOf = (kind: 'credit' | 'debit' | 'freeze', params: Record<string, string>, body: Uint8Array): Validated<Act> =>
  mapped(both(userOf(params), validateBody(MoveBody, body)), ({ amount, ...rest }) => ({ kind, ...rest, amount: BigInt(amount) }))

const transferOf = ({ amount, inReturn, ...rest }: v.InferOutput<typeof TransferBody>): Act => ({
  kind: 'transfer',
  ...rest,
  amount: BigInt(amount),
  inReturn: inReturn && { currency: inReturn.currency, amount: BigInt(inReturn.amount) },
})

const userOf = ({ user_id: userId }: Record<string, string>) => validate(v.object({ userId: UserId }), { userId })
const idIn = ({ transaction_id: id }: Record<string, string>) => validate(v.object({ id: bareUuid }), { id })
const queryOf = (request: Request): Record<string, string> => Object.fromEntries(new URL(request.url).searchParams)

const mapped = <A, B>(checked: Validated<A>, change: (value: A) => B): Validated<B> =>
  checked.ok ? { ok: true, value: change(checked.value) } : checked

/** Both values in one, or all faults of both. */
function both<A extends object, B extends object>(one: Validated<A>, other: Validated<B>): Validated<A & B> {
  if (one.ok && other.ok) return { ok: true, value: { ...one.value, ...other.value } }
  return { ok: false, faults: [...(one.ok ? [] : one.faults), ...(other.ok ? [] : other.faults)] }
}
