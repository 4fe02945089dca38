import type { ComponentChildren } from 'preact'
import type { LedgerSource } from '#src/balances/ledger-source'
import { showId } from '#src/core/ids'
import { ShortId } from '../components/copy'
import { Facts } from '../components/facts'
import { formatCount } from '../components/figures'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { usePage, useText } from '../page-context'
import { LedgerAmount, LedgerKindBadge, type LedgerView, OperatorLink, useLedgerPath } from './transaction-parts'

export type LedgerRowProps = { row: LedgerView; source: LedgerSource }

/** `…/transactions/{id}`: one row of the journal, what it is about and its place in the chain. */
export function LedgerRowPage({ row, source }: LedgerRowProps) {
  const t = useText()
  const path = useLedgerPath()
  return (
    <Layout title={t('staffTransactions.one')} trail={[{ href: path(), label: t('staffTransactions.title') }]}>
      <div class="columns even">
        <Panel id="row" title={row.description}>
          <Facts
            rows={[
              { label: t('transactions.column.time'), value: <Moment at={row.at} seconds /> },
              { label: t('staffTransactions.operator'), value: <OperatorLink id={row.operatorId} name={row.operatorName} /> },
              { label: t('transactions.column.type'), value: <LedgerKindBadge row={row} /> },
              { label: t('transactions.column.amount'), value: <LedgerAmount row={row} /> },
              { label: t('staffTransactions.debit'), value: t(`ledger.account.${row.debit}`) },
              { label: t('staffTransactions.credit'), value: t(`ledger.account.${row.credit}`) },
              { label: t('transactions.before'), value: <Yuan of={row.balanceBefore} /> },
              { label: t('transactions.after'), value: <Yuan of={row.balanceAfter} /> },
              { label: t('staffTransactions.id'), value: <ShortId id={showId('transaction', row.id)} /> },
            ]}
          />
        </Panel>
        <About row={row} source={source} />
      </div>
      <Panel id="chain" title={t('staffTransactions.chain')} note={t('staffTransactions.chain.note', { seq: String(row.seq) })}>
        <Facts
          rows={[
            { label: t('staffTransactions.prevHash'), value: <ShortId id={source.prevHash} /> },
            { label: t('staffTransactions.hash'), value: <ShortId id={source.hash} /> },
          ]}
        />
      </Panel>
    </Layout>
  )
}

/** The game, order, refund or correction behind the row. */
function About({ row, source: { game, order, refund, correctsId } }: LedgerRowProps) {
  const t = useText()
  const path = useLedgerPath()
  if (game) return <Game game={game} usageId={row.usageId!} />
  const rows: { label: string; value: ComponentChildren }[] = []
  if (order && row.orderId) {
    rows.push(
      { label: t('staffTransactions.order'), value: <FinanceLink to="recharge-orders" id={showId('order', row.orderId)} /> },
      { label: t('staffTransactions.outTradeNo'), value: <ShortId id={order.outTradeNo} /> },
    )
    if (order.providerTxnId) rows.push({ label: t('staffTransactions.providerNo'), value: <ShortId id={order.providerTxnId} /> })
  }
  if (refund && row.refundId) {
    rows.push(
      { label: t('staffTransactions.refund'), value: <FinanceLink to="refunds" id={showId('refund', row.refundId)} /> },
      { label: t('staffTransactions.requested'), value: <Yuan of={refund.requested} /> },
    )
  }
  if (correctsId) {
    rows.push({ label: t('staffTransactions.corrects'), value: <a href={path(correctsId)}>{showId('transaction', correctsId)}</a> })
  }
  if (rows.length === 0) return null
  return (
    <Panel id="source" title={t('staffTransactions.source')} note={refund && <StatusBadge noun="refund" state={refund.status as never} />}>
      <Facts rows={rows} />
    </Panel>
  )
}

/** Finance has pages of orders and refunds; the others see the number. */
function FinanceLink({ to, id }: { to: 'recharge-orders' | 'refunds'; id: string }) {
  const { viewer } = usePage()
  return viewer?.kind === 'finance' ? <a href={`/finance/${to}/${id}`}>{id}</a> : <ShortId id={id} />
}

function Game({ game, usageId }: { game: NonNullable<LedgerSource['game']>; usageId: string }) {
  const t = useText()
  return (
    <Panel id="source" title={t('staffTransactions.game')}>
      <Facts
        rows={[
          { label: t('staffTransactions.application'), value: <Name of={game.applicationName} /> },
          { label: t('staffTransactions.site'), value: <Name of={game.siteName} /> },
          {
            label: t('staffTransactions.price'),
            value: (
              <>
                {formatCount(game.players)} × <Yuan of={game.unitPrice} /> = <Yuan of={game.total} />
              </>
            ),
          },
          { label: t('staffTransactions.started'), value: <Moment at={game.startedAt} seconds /> },
          {
            label: t('staffTransactions.duration'),
            value:
              game.durationSeconds === null
                ? t('staffTransactions.running')
                : t('staffTransactions.seconds', { seconds: formatCount(game.durationSeconds) }),
          },
          { label: t('staffTransactions.address'), value: game.clientIp },
          { label: t('staffTransactions.session'), value: <ShortId id={game.sessionId} /> },
          { label: t('staffTransactions.usage'), value: <ShortId id={showId('usage', usageId)} /> },
        ]}
      />
    </Panel>
  )
}
