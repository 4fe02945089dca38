import type { Slice } from '#src/core/keyset'
import { formatYuan, money } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { StatTile } from '../components/stat-tile'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { FindWallet } from './partners'

const CURRENCIES = ['gameCoins', 'cashBalance', 'computingPower'] as const
type Currency = (typeof CURRENCIES)[number]

type EntryView = {
  id: string
  kind: 'opening' | 'credit' | 'debit' | 'transfer' | 'freeze' | 'release' | 'reversal'
  currency: Currency
  direction: 'credit' | 'debit'
  amount: bigint
  balanceAfter: bigint
  reason: string
  reference: string | null
  createdAt: Instant
}

export type WalletProps = {
  platforms: readonly { platform: string; name: string }[]
  sought: { platform: string; user: string }
  /** Null where the platform has no such player. */
  purses: Record<Currency, { available: bigint; frozen: bigint }> | null
  entries: Slice<EntryView>
}

/** Cash is kept in fen like all money; coins and computing power are counted. */
const shown = (currency: Currency, amount: bigint): string =>
  currency === 'cashBalance' ? formatYuan(money(amount)) : formatCount(Number(amount))

/** `/admin/wallets`: a player's wallet with its statement. */
export function WalletPage({ platforms, sought, purses, entries }: WalletProps) {
  const t = useText()
  const { platform, user } = sought
  return (
    <Layout
      title={t('wallets.title')}
      note={
        user && (
          <>
            <bdi>{user}</bdi> · <code>{platform}</code>
          </>
        )
      }
      trail={[{ href: '/admin/partners', label: t('partners.title') }]}
    >
      <div class="stack">
        {purses && (
          <>
            <div class="tiles">
              {CURRENCIES.map((currency) => (
                <StatTile
                  key={currency}
                  label={t(`wallets.${currency}`)}
                  icon="wallet"
                  figure={shown(currency, purses[currency].available)}
                  note={
                    purses[currency].frozen > 0n ? t('wallets.frozen', { amount: shown(currency, purses[currency].frozen) }) : undefined
                  }
                />
              ))}
            </div>
            <Statement entries={entries} />
          </>
        )}
        {!purses && user && (
          <section class="panel" aria-label={t('wallets.title')}>
            <EmptyState icon="wallet" title={t('wallets.find.none')} next={t('partners.scope.wallet:read')} />
          </section>
        )}
        <FindWallet platforms={platforms} sought={sought} />
      </div>
    </Layout>
  )
}

function Statement({ entries }: Pick<WalletProps, 'entries'>) {
  const t = useText()
  return (
    <Panel id="statement" title={t('wallets.statement')} note={t('wallets.statement.note')}>
      <DataTable
        caption={t('wallets.statement')}
        rows={entries.rows}
        rowKey={(row) => row.id}
        empty={<EmptyState icon="receipt" title={t('wallets.empty')} next={t('wallets.emptyNext')} />}
        columns={[
          { head: t('wallets.at'), cell: (row) => <Moment at={row.createdAt} seconds /> },
          { head: t('wallets.kind'), cell: (row) => t(`wallets.kind.${row.kind}`) },
          { head: t('wallets.currency'), cell: (row) => t(`wallets.${row.currency}`) },
          {
            head: t('wallets.amount'),
            cell: (row) => `${row.direction === 'credit' ? '+' : '−'}${shown(row.currency, row.amount)}`,
            number: true,
          },
          { head: t('wallets.after'), cell: (row) => shown(row.currency, row.balanceAfter), number: true },
          { head: t('wallets.reason'), cell: (row) => <Name of={row.reason} />, wide: true },
          { head: t('wallets.reference'), cell: (row) => (row.reference ? <Name of={row.reference} /> : '–') },
        ]}
      />
      <Pager of={entries} />
    </Panel>
  )
}
