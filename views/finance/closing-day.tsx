import { formatYuan, type Money, minus, plus, ZERO } from '#src/core/money'
import { type BusinessDay, formatDateTime, formatMinute, type Instant, instant } from '#src/core/time'
import { ConfirmForm } from '../components/confirm'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { formatCount } from '../components/figures'
import { Icon, type IconName } from '../components/icon'
import { Moment } from '../components/moment'
import { Movement, Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice, type Tone } from '../components/notice'
import { Panel } from '../components/panel'
import { StatTile } from '../components/stat-tile'
import { Badge, StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { AccountsTable, type AccountView, CLOSING_PATH, closingPath, PROOFS_PATH } from './closing-parts'
import { RECONCILIATION_PATH } from './reconciliation-parts'

type CheckKey = 'over' | 'order' | 'trial' | 'balances' | 'games' | 'proof' | 'bills'
type CheckState = 'ok' | 'waiting' | 'bad'
type BillState = 'waiting' | 'imported' | 'matched' | 'closed'
type ChannelValue = 'wechat' | 'alipay'

type OpenDay = {
  checks: readonly { key: CheckKey; state: CheckState }[]
  bills: readonly { channel: ChannelValue; state: BillState; ours: Money; billed: Money; open: number; carried: number }[]
  kinds: readonly { kind: string; direction: 'in' | 'out' | 'between'; rows: number; amount: Money }[]
  mayClose: boolean
}
type ClosedDay = {
  at: Instant
  by: string
  hash: string
  prevHash: string
  facts: {
    games: { count: number; amount: string }
    kinds: readonly { kind: string; direction: string; rows: number; amount: string }[]
    bills: readonly { channel: string; state: string; ours: string; billed: string; open: number; carried: number }[]
    proof: { finished_at: string; transactions: string }
  }
}

export type ClosingDayProps = {
  day: BusinessDay
  now: Instant
  message: string | null
  accounts: readonly AccountView[]
} & ({ closing: null; open: OpenDay; isIntact?: undefined } | { closing: ClosedDay; isIntact: boolean; open?: undefined })

/** `/finance/closing/days/:day`: the accounts of a day, what proves them, and the one step that locks it. Made to be printed. */
export function ClosingDayPage(props: ClosingDayProps) {
  const t = useText()
  const { day, now, message, accounts, closing, open, isIntact } = props
  return (
    <Layout
      title={t('closing.of', { day })}
      note={t('common.asOf', { time: formatMinute(now) })}
      trail={[{ href: CLOSING_PATH, label: t('closing.title') }]}
    >
      {message !== null && (
        <Notice tone="bad" title={t('closing.refused')} focus>
          <p>{message}</p>
        </Notice>
      )}
      {closing && !isIntact && (
        <Notice tone="bad" title={t('closing.broken')}>
          <p>{t('closing.broken.next')}</p>
        </Notice>
      )}
      <Tiles accounts={accounts} />
      <AccountsTable accounts={accounts} />
      <div class="columns even">
        <div class="stack">{closing ? <Closed {...closing} isIntact={isIntact} /> : <Checks day={day} open={open} />}</div>
        <div class="stack">
          {closing ? <Bills day={day} bills={closing.facts.bills.map(readBill)} /> : <Bills day={day} bills={open.bills} />}
          <Kinds rows={closing ? closing.facts.kinds.map(readKind) : open.kinds} />
        </div>
      </div>
    </Layout>
  )
}

/** What is kept as text becomes money again; the sign of a net amount stands in front. */
const fenOf = (yuan: string): Money => BigInt(yuan.replace('.', '')) as Money
const readBill = (bill: ClosedDay['facts']['bills'][number]) => ({
  ...bill,
  channel: bill.channel as ChannelValue,
  state: bill.state as BillState,
  ours: fenOf(bill.ours),
  billed: fenOf(bill.billed),
})
const readKind = (row: ClosedDay['facts']['kinds'][number]) => ({
  ...row,
  direction: row.direction as 'in' | 'out' | 'between',
  amount: fenOf(row.amount),
})

function Tiles({ accounts }: { accounts: readonly AccountView[] }) {
  const t = useText()
  const { opening, debit, credit, closing } = accounts.find(({ account }) => account === 'operator')!
  return (
    <div class="tiles four">
      <StatTile label={t('closing.operators.opening')} icon="landmark" figure={<Yuan of={minus(ZERO, opening)} />} />
      <StatTile label={t('closing.operators.in')} icon="arrow-down-left" figure={<Yuan of={credit} />} />
      <StatTile label={t('closing.operators.out')} icon="arrow-up-right" figure={<Yuan of={debit} />} />
      <StatTile label={t('closing.operators.closing')} icon="landmark" figure={<Yuan of={minus(ZERO, closing)} />} />
    </div>
  )
}

const LOOKS: Readonly<Record<CheckState, { tone: Tone; icon: IconName }>> = {
  ok: { tone: 'ok', icon: 'circle-check' },
  waiting: { tone: 'warn', icon: 'loader-circle' },
  bad: { tone: 'bad', icon: 'circle-x' },
}
/** Where what is missing can be looked at. */
const EVIDENCE: Partial<Record<CheckKey, string>> = { proof: PROOFS_PATH, bills: RECONCILIATION_PATH, order: CLOSING_PATH }

function Checks({ day, open }: { day: BusinessDay; open: OpenDay }) {
  const t = useText()
  const { checks, mayClose } = open
  const ready = checks.every(({ state }) => state === 'ok')
  return (
    <Panel id="checks" title={t('closing.checks')} note={t(ready ? 'closing.checks.ready' : 'closing.checks.notYet')}>
      <ul class="list">
        {checks.map(({ key, state }) => (
          <li key={key}>
            <p class="with-badge">
              <Badge tone={LOOKS[state].tone} icon={LOOKS[state].icon}>
                {t(`closing.check.${state}`)}
              </Badge>
              {EVIDENCE[key] ? <a href={EVIDENCE[key]}>{t(`closing.check.${key}`)}</a> : t(`closing.check.${key}`)}
            </p>
            {state !== 'ok' && <p class="muted list-text">{t(`closing.check.${key}.cure`)}</p>}
          </li>
        ))}
      </ul>
      {mayClose && ready && (
        <ConfirmForm
          id="closing"
          action={`${closingPath(day)}/closing`}
          verb={t('closing.close.of', { day })}
          back={CLOSING_PATH}
          tone="primary"
        >
          <p>{t('closing.close.what', { day })}</p>
        </ConfirmForm>
      )}
      {!mayClose && <p class="muted">{t('closing.noPermission')}</p>}
    </Panel>
  )
}

function Closed({ at, by, hash, prevHash, facts, isIntact }: ClosedDay & { isIntact: boolean }) {
  const t = useText()
  return (
    <Panel
      id="closed"
      title={t('closing.closed')}
      note={<Badge tone={isIntact ? 'ok' : 'bad'}>{t(isIntact ? 'closing.intact' : 'closing.broken')}</Badge>}
    >
      <Facts
        rows={[
          { label: t('closing.by'), value: <Name of={by} /> },
          { label: t('closing.at'), value: <Moment at={at} seconds /> },
          {
            label: t('closing.games'),
            value: t('closing.games.some', { count: formatCount(facts.games.count), amount: formatYuan(fenOf(facts.games.amount)) }),
          },
          {
            label: t('closing.proof'),
            value: t('closing.proof.some', {
              time: formatDateTime(instant(facts.proof.finished_at)),
              rows: formatCount(Number(facts.proof.transactions)),
            }),
          },
          { label: t('closing.hash'), value: <code class="break">{hash}</code> },
          { label: t('closing.prevHash'), value: <code class="break">{prevHash}</code> },
        ]}
      />
      <p class="muted">{t('closing.closed.what')}</p>
    </Panel>
  )
}

function Bills({ day, bills }: { day: BusinessDay; bills: OpenDay['bills'] }) {
  const t = useText()
  return (
    <Panel id="bills" title={t('closing.bills')}>
      <DataTable
        compact
        caption={t('closing.bills')}
        rows={bills}
        rowKey={(row) => row.channel}
        empty={<EmptyState icon="file-text" title={t('closing.bills.empty')} next={t('closing.bills.emptyNext')} />}
        columns={[
          {
            head: t('closing.channel'),
            cell: (row) => (
              <a href={`${RECONCILIATION_PATH}/days/${row.channel}/${day}`}>
                {t(`ledger.channel.${row.channel}`)} <Icon name="chevron-right" />
              </a>
            ),
            wide: true,
          },
          { head: t('closing.ours'), cell: (row) => <Yuan of={row.ours} />, number: true },
          { head: t('closing.billed'), cell: (row) => <Yuan of={row.billed} />, number: true },
          { head: t('closing.differences'), cell: (row) => <Differences {...row} />, number: true },
          { head: t('closing.state'), cell: (row) => <StatusBadge noun="bill" state={row.state} /> },
        ]}
      />
    </Panel>
  )
}

const Differences = ({ open, carried }: { open: number; carried: number }) => {
  const t = useText()
  if (open + carried === 0) return <>0</>
  return <>{t('closing.differences.some', { open, carried })}</>
}

const KINDS = ['recharge', 'consumption', 'refund', 'adjustment', 'refund_payout', 'suspense', 'fee'] as const
type KindValue = (typeof KINDS)[number]

function Kinds({ rows }: { rows: OpenDay['kinds'] }) {
  const t = useText()
  const known = rows.filter((row): row is typeof row & { kind: KindValue } => (KINDS as readonly string[]).includes(row.kind))
  const net = rows.reduce((sum, row) => plus(sum, signed(row)), ZERO)
  return (
    <Panel id="kinds" title={t('closing.kinds')} note={t('closing.kinds.net', { amount: formatYuan(net) })}>
      <DataTable
        compact
        caption={t('closing.kinds')}
        rows={known}
        rowKey={(row) => `${row.kind} ${row.direction}`}
        empty={<EmptyState icon="receipt" title={t('closing.kinds.empty')} next={t('closing.kinds.emptyNext')} />}
        columns={[
          { head: t('closing.kind'), cell: (row) => t(`kind.${row.kind}`), wide: true },
          { head: t('closing.count'), cell: (row) => formatCount(row.rows), number: true },
          {
            head: t('closing.amount'),
            cell: (row) => (row.direction === 'between' ? <Yuan of={row.amount} /> : <Movement of={signed(row)} />),
            number: true,
          },
        ]}
      />
    </Panel>
  )
}

/** As operators' balances see it; what goes between accounts of the company leaves them alone. */
function signed({ direction, amount }: { direction: 'in' | 'out' | 'between'; amount: Money }): Money {
  if (direction === 'between') return ZERO
  return direction === 'in' ? amount : minus(ZERO, amount)
}
