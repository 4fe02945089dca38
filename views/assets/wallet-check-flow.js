// The wallet's integration check: what a partner's server does, step by step, against the running system. It runs as it stands in a browser
// and on the command line (`mr wallet check`), and knows nothing but HTTP.

const BASE = '/api/shared/wallet/'
const PARALLEL = 10

const encoder = new TextEncoder()

/** The signature of the guide: Base64(HMAC-SHA256(key, "{timestamp}\n{METHOD}\n{path}\n{body}")). */
async function sign(key, timestamp, method, path, body) {
  const secret = await crypto.subtle.importKey('raw', encoder.encode(key), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const signature = await crypto.subtle.sign('HMAC', secret, encoder.encode(`${timestamp}\n${method}\n${path}\n${body}`))
  return btoa(String.fromCharCode(...new Uint8Array(signature)))
}

const token = () => crypto.randomUUID().replaceAll('-', '')

/** One call, and what is shown of it. The key itself is never shown. */
async function call({ origin, key, exchanges }, method, path, body, change = {}) {
  const text = body === undefined ? '' : JSON.stringify(body)
  const timestamp = String(Math.floor(Date.now() / 1000))
  const used = change.key ?? key
  const headers = {
    'X-Partner-Key': used,
    'X-Timestamp': timestamp,
    'X-Signature': change.signature ?? (await sign(used, timestamp, method, BASE + path, text)),
    ...(method === 'POST' ? { 'Content-Type': 'application/json', 'Idempotency-Key': change.idempotencyKey ?? token() } : {}),
  }
  const exchange = { method, path: BASE + path, request: text, status: 0, answer: '' }
  exchanges.push(exchange)
  const response = await fetch(origin + BASE + path, { method, headers, ...(text ? { body: text } : {}) })
  exchange.status = response.status
  exchange.answer = await response.text()
  return { status: response.status, body: JSON.parse(exchange.answer) }
}

/** What was found is not what should be. */
class Unmet extends Error {}

function expectThat(isMet, said) {
  if (!isMet) throw new Unmet(said)
}

const coins = (amount) => ({ currency: 'gameCoins', amount, reason: 'wallet check' })

/** The steps in their order; each throws when it finds anything but what the contract says. */
const STEPS = [
  [
    'create',
    async (run) => {
      const { status, body } = await call(run, 'GET', run.user)
      expectThat(status === 200 && body.isNewWallet === true, 'the first read is not a new wallet')
      const { gameCoins, cashBalance, computingPower, userId } = body.wallet
      expectThat(userId === run.user && gameCoins === 1000 && cashBalance === 0 && computingPower === 0, 'not 1000 / 0 / 0')
      run.id = body.wallet.id
    },
  ],
  [
    'read',
    async (run) => {
      const { body } = await call(run, 'GET', run.user)
      expectThat(body.isNewWallet === false && body.wallet.id === run.id, 'the second read is another wallet')
    },
  ],
  [
    'parallel',
    async (run) => {
      const answers = await Promise.all(Array.from({ length: PARALLEL }, () => call(run, 'GET', run.other)))
      expectThat(new Set(answers.map(({ body }) => body.wallet.id)).size === 1, 'several wallets for one player')
      expectThat(answers.filter(({ body }) => body.isNewWallet).length === 1, 'not exactly one said that it is new')
    },
  ],
  [
    'credit',
    async (run) => {
      run.creditKey = token()
      run.credited = await call(run, 'POST', `${run.user}/credit`, coins(500), { idempotencyKey: run.creditKey })
      expectThat(run.credited.status === 200 && run.credited.body.wallet.gameCoins === 1500, 'not 1500 after the credit')
    },
  ],
  [
    'repeat',
    async (run) => {
      const { body } = await call(run, 'POST', `${run.user}/credit`, coins(500), { idempotencyKey: run.creditKey })
      expectThat(body.replayed === true && body.transaction.id === run.credited.body.transaction.id, 'the repetition was not recognised')
      expectThat(body.wallet.gameCoins === 1500, 'the repetition moved something')
    },
  ],
  [
    'conflict',
    async (run) => {
      const { status, body } = await call(run, 'POST', `${run.user}/credit`, coins(501), { idempotencyKey: run.creditKey })
      expectThat(status === 409 && body.error_code === 'IDEMPOTENCY_KEY_CONFLICT', 'one key was taken for two things')
    },
  ],
  [
    'debit',
    async (run) => {
      const { status, body } = await call(run, 'POST', `${run.user}/debit`, coins(300))
      expectThat(status === 200 && body.wallet.gameCoins === 1200, 'not 1200 after the debit')
    },
  ],
  [
    'overdraft',
    async (run) => {
      const { status, body } = await call(run, 'POST', `${run.user}/debit`, coins(1201))
      expectThat(status === 402 && body.error_code === 'INSUFFICIENT_BALANCE', 'more was taken than is there')
    },
  ],
  [
    'trade',
    async (run) => {
      const frozen = await call(run, 'POST', `${run.user}/freeze`, coins(700))
      expectThat(frozen.status === 200 && frozen.body.wallet.gameCoins === 500, 'the freeze did not hold 700')
      run.freezeId = frozen.body.transaction.id
      const trade = { ...coins(400), fromUserId: run.user, toUserId: run.other, freezeId: run.freezeId }
      const paid = await call(run, 'POST', 'transfers', trade)
      expectThat(paid.status === 200 && paid.body.to.wallet.gameCoins === 1400, 'the other player has not 1400')
      run.tradeId = paid.body.to.transactions[0].id
      const rest = await call(run, 'POST', `freezes/${run.freezeId}/release`, { reason: 'wallet check' })
      expectThat(rest.status === 200 && rest.body.wallet.gameCoins === 800, 'not 800 after the release')
    },
  ],
  [
    'reverse',
    async (run) => {
      const undone = await call(run, 'POST', `transactions/${run.tradeId}/reverse`, { reason: 'wallet check' })
      const balances = Object.fromEntries((undone.body.wallets ?? []).map(({ wallet }) => [wallet.userId, wallet.gameCoins]))
      expectThat(undone.status === 200 && balances[run.user] === 1200 && balances[run.other] === 1000, 'the trade was not undone')
      const twice = await call(run, 'POST', `transactions/${run.tradeId}/reverse`, { reason: 'wallet check' })
      expectThat(twice.status === 400, 'it was undone twice')
    },
  ],
  [
    'statement',
    async (run) => {
      const { body } = await call(run, 'GET', `${run.user}/transactions?page_size=100`)
      const moved = body.items.reduce((sum, { direction, amount }) => sum + (direction === 'credit' ? amount : -amount), 0)
      expectThat(moved === 1200 && body.items[0].balanceAfter === 1200, `the statement adds up to ${moved}, not 1200`)
    },
  ],
  [
    'key',
    async (run) => {
      const { status, body } = await call(run, 'GET', run.user, undefined, { key: '0'.repeat(64) })
      expectThat(status === 401 && body.error_code === 'INVALID_PARTNER_KEY', 'a wrong key was let in')
    },
  ],
  [
    'signature',
    async (run) => {
      const { status, body } = await call(run, 'GET', run.user, undefined, { signature: btoa('x'.repeat(32)) })
      expectThat(status === 400 && body.error_code === 'INVALID_SIGNATURE', 'a wrong signature was let in')
    },
  ],
  [
    'sweep',
    async (run) => {
      for (const [user, amount] of [
        [run.user, 1200],
        [run.other, 1000],
      ]) {
        const { body } = await call(run, 'POST', `${user}/debit`, coins(amount))
        expectThat(body.wallet?.gameCoins === 0, 'the test player still has coins')
      }
    },
  ],
]

/** The names of the steps, in their order. */
export const WALLET_CHECKS = STEPS.map(([name]) => name)

/**
 * Runs all steps with a partner's key against `origin` ('' for the page's own) and tells each outcome as it comes. A step that fails does
 * not keep the others from being tried. Gives true when all are green.
 */
export async function runWalletCheck({ origin, key, tell }) {
  const run = { origin, key, user: `check-${token()}`, other: `check-${token()}` }
  let allPassed = true
  for (const [name, step] of STEPS) {
    run.exchanges = []
    const since = performance.now()
    let fault = null
    try {
      await step(run)
    } catch (error) {
      fault = error instanceof Unmet ? error.message : `${error}`
    }
    allPassed &&= fault === null
    tell({ name, passed: fault === null, fault, milliseconds: Math.round(performance.now() - since), exchanges: run.exchanges })
  }
  return allPassed
}
