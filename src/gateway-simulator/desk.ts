import { h } from 'preact'
import { formatDateTime } from '#src/core/time'
import { DESK_TABS, type DeskFacts, DeskPage, type DeskTab } from '#views/simulator/desk'
import { type BillChange, changeBill, yuanOf } from './bill-lines'
import { clearSwitches, isSwitch, SWITCHES, type SwitchOptions, setSwitch } from './chaos'
import { html } from './phone'
import { runDue } from './send'
import { bankTime, type Channel, changeSettings, type Settings, type Simulator } from './simulator'
import { balanceOf, UNIT_PER_FEN } from './trades'

/** `/desk`: the books to read and the handles to turn, without a shell. */

const SHOWN_ROWS = 200

const ROWS: Record<DeskTab, string> = {
  orders: 'SELECT * FROM trades ORDER BY created_at DESC, out_trade_no LIMIT ?',
  refunds: 'SELECT * FROM refunds ORDER BY created_at DESC, out_refund_no LIMIT ?',
  notifications: `SELECT d.id, coalesce(d.at, n.created_at) AS at, n.channel, n.kind, n.out_trade_no, n.sent, n.state AS notice_state,
      d.twist, d.status, d.body, d.milliseconds, d.fault
    FROM notifications n LEFT JOIN deliveries d ON d.notification_id = n.id ORDER BY d.id DESC, n.id DESC LIMIT ?`,
  chaos: 'SELECT * FROM switches ORDER BY id DESC LIMIT ?',
  bills: 'SELECT * FROM bill_changes ORDER BY id DESC LIMIT ?',
  calls: 'SELECT * FROM calls ORDER BY id DESC LIMIT ?',
}

const isTab = (text: string | null): text is DeskTab => text !== null && text in DESK_TABS

export async function answerDesk(simulator: Simulator, request: Request, body: Uint8Array): Promise<Response> {
  const { searchParams } = new URL(request.url)
  if (request.method === 'POST') {
    if (!isOwnForm(request)) return new Response('a form of another site', { status: 403 })
    return turn(simulator, Object.fromEntries(new URLSearchParams(new TextDecoder().decode(body))))
  }
  const tab = searchParams.get('tab')
  return html(h(DeskPage, factsOf(simulator, isTab(tab) ? tab : 'orders', searchParams)))
}

/** Another page in the same browser may send a form here; its browser says so. */
const isOwnForm = (request: Request): boolean => {
  const site = request.headers.get('sec-fetch-site')
  return site === null ? request.headers.get('origin') === new URL(request.url).origin : site === 'same-origin'
}

function factsOf(simulator: Simulator, tab: DeskTab, query: URLSearchParams): DeskFacts {
  const { settings, books } = simulator
  return {
    tab,
    clock: formatDateTime(bankTime(simulator)),
    aheadHours: Math.round(settings.ahead / 360_000) / 10,
    pace: settings.pace,
    signing: settings.signing,
    balances: { wechat: balanceText(simulator, 'wechat'), alipay: balanceText(simulator, 'alipay') },
    switches: SWITCHES,
    rows: books.query<DeskFacts['rows'][number], [number]>(ROWS[tab]).all(SHOWN_ROWS),
    isLive: query.has('live'),
    told: query.has('refused') ? '输入有误，未作改动' : null,
  }
}

const balanceText = (simulator: Simulator, channel: Channel): string => yuanOf(balanceOf(simulator, channel) / UNIT_PER_FEN)

type Form = Record<string, string>
const HOUR_MS = 3_600_000

/** Each form of the desk: does its work and names the tab to show; undefined when its words make no sense. */
const ACTIONS: Record<string, (simulator: Simulator, form: Form) => DeskTab | undefined | Promise<DeskTab | undefined>> = {
  clock: (simulator, { hours }) => {
    const milliseconds = Number(hours) * HOUR_MS
    if (!Number.isFinite(milliseconds)) return undefined
    changeSettings(simulator, { ahead: simulator.settings.ahead + milliseconds })
    return 'orders'
  },
  pace: (simulator, { pace }) => {
    if (!(Number(pace) >= 0 && Number(pace) <= 1)) return undefined
    changeSettings(simulator, { pace: Number(pace) })
    return 'notifications'
  },
  signing: (simulator, { signing }) => {
    if (!['public-key', 'certificate', 'mix'].includes(signing ?? '')) return undefined
    changeSettings(simulator, { signing: signing as Settings['signing'] })
    return 'notifications'
  },
  deliver: async (simulator): Promise<DeskTab> => {
    await runDue(simulator)
    return 'notifications'
  },
  switch: ({ books }, { name = '', ...form }) => {
    if (!isSwitch(name)) return undefined
    setSwitch(books, name, switchOptions(form))
    return 'chaos'
  },
  'switches-off': ({ books }) => {
    clearSwitches(books)
    return 'chaos'
  },
  bill: (simulator, { channel, day, change, number, amount }) => {
    if (!day || !number || (channel !== 'wechat' && channel !== 'alipay')) return undefined
    const sum = Number(amount)
    const made: Record<string, BillChange> = {
      drop: { change: 'drop', number },
      move: { change: 'move', number },
      amount: { change: 'amount', number, amount: sum },
      fee: { change: 'fee', number, fee: sum },
      extra: { change: 'extra', outTradeNo: number, amount: sum },
    }
    if (!made[change!] || !Number.isSafeInteger(sum)) return undefined
    changeBill(simulator, channel, day, made[change!]!)
    return 'bills'
  },
}

const NUMBERS = ['count', 'probability', 'seed', 'times', 'milliseconds', 'amount'] as const
const WORDS = ['channel', 'operation', 'outTradeNo'] as const

const switchOptions = (form: Form): SwitchOptions => ({
  ...Object.fromEntries(NUMBERS.filter((name) => form[name]).map((name) => [name, Number(form[name])])),
  ...Object.fromEntries(WORDS.filter((name) => form[name]).map((name) => [name, form[name]])),
})

async function turn(simulator: Simulator, { action = '', ...form }: Form): Promise<Response> {
  const tab = await ACTIONS[action]?.(simulator, form)
  return new Response(null, { status: 303, headers: { Location: tab ? `/desk?tab=${tab}` : '/desk?refused=1' } })
}
