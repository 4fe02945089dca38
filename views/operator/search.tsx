import { type IdKind, showId } from '#src/core/ids'
import type { Money } from '#src/core/money'
import type { PlainKey } from '#src/core/text'
import type { Instant } from '#src/core/time'
import { ShortId } from '../components/copy'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Icon } from '../components/icon'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Panel } from '../components/panel'
import { Layout } from '../layout'
import { useText } from '../page-context'

type Kind =
  | 'operator'
  | 'site'
  | 'application'
  | 'access_request'
  | 'usage'
  | 'transaction'
  | 'order'
  | 'refund'
  | 'invoice'
  | 'report'
  | 'announcement'
  | 'adjustment'
  | 'staff'
  | 'finance_staff'
  | 'call'
  | 'page'

/** Something that was found. `name` of a page is the key of its words. */
export type Hit = {
  kind: Kind
  id: string | null
  name: string
  detail: string
  at: Instant | null
  amount: Money | null
  isExact: boolean
  /** Null where there is no page of its own. */
  href: string | null
}

export type SearchProps = { action: string; typed: string; hits: readonly Hit[] }

/** What stands before the id of a kind; a call's is bare. */
const ID_KINDS: Partial<Record<Kind, IdKind>> = {
  operator: 'operator',
  site: 'site',
  application: 'application',
  access_request: 'request',
  usage: 'usage',
  transaction: 'transaction',
  order: 'order',
  refund: 'refund',
  invoice: 'invoice',
  report: 'report',
  announcement: 'announcement',
  adjustment: 'adjustment',
  staff: 'admin',
  finance_staff: 'finance',
}

/** `/operator/search` and `/staff/search`: what was found, when it was not exactly one thing. */
export function SearchPage({ action, typed, hits }: SearchProps) {
  const t = useText()
  const own = action.startsWith('/operator/')
  return (
    <Layout title={t('search.title')}>
      <Panel id="search" title={t('search.results')} note={hits.length > 0 ? t('search.count', { count: hits.length }) : undefined}>
        <search>
          <form method="get" action={action} class="search-page">
            <label for="search-page-q">{t(own ? 'search.what.own' : 'search.what.staff')}</label>
            <div class="search-line">
              <input id="search-page-q" type="search" name="q" value={typed} maxLength={128} autocomplete="off" spellcheck={false} />
              <button type="submit" class="button primary">
                <Icon name="search" />
                {t('search.go')}
              </button>
            </div>
          </form>
        </search>
        <DataTable
          caption={t('search.results')}
          rows={hits}
          rowKey={(hit) => `${hit.kind}${hit.id ?? hit.href}`}
          empty={
            typed.trim() === '' ? (
              <EmptyState icon="search" title={t('search.blank')} next={t(own ? 'search.blank.own' : 'search.blank.staff')} />
            ) : (
              <EmptyState icon="search" title={t('search.nothing')} next={t(own ? 'search.nothing.own' : 'search.nothing.staff')} />
            )
          }
          columns={[
            { head: t('search.kind'), cell: (hit) => t(`search.kind.${hit.kind}`) },
            { head: t('search.name'), wide: true, cell: (hit) => <HitName hit={hit} /> },
            { head: t('search.id'), cell: (hit) => <HitId hit={hit} /> },
            { head: t('search.amount'), number: true, cell: (hit) => hit.amount !== null && <Yuan of={hit.amount} /> },
            { head: t('search.at'), cell: (hit) => hit.at && <Moment at={hit.at} /> },
          ]}
        />
      </Panel>
    </Layout>
  )
}

function HitName({ hit }: { hit: Hit }) {
  const name = <Name of={useHitName(hit)} />
  return (
    <span>
      {hit.href ? <a href={hit.href}>{name}</a> : name}
      {hit.detail && (
        <span class="cell-more">
          <Name of={useHitDetail(hit)} />
        </span>
      )}
    </span>
  )
}

/** Kinds whose name is a word of ours, kept as its code. */
const WORDS: Readonly<Record<string, PlainKey>> = {
  'transaction.recharge': 'kind.recharge',
  'transaction.consumption': 'kind.consumption',
  'transaction.refund': 'kind.refund',
  'transaction.adjustment': 'kind.adjustment',
  'order.wechat': 'search.method.wechat',
  'order.alipay': 'search.method.alipay',
  'order.bank': 'search.method.bank',
  'call.authorize': 'search.call.authorize',
  'call.pre_authorize': 'search.call.pre_authorize',
  'call.game_sites': 'search.call.game_sites',
  'call.game_applications': 'search.call.game_applications',
  'call.session_end': 'search.call.session_end',
}
const STATES: Readonly<Record<string, PlainKey>> = {
  pending: 'search.state.pending',
  success: 'search.state.success',
  failed: 'search.state.failed',
  expired: 'search.state.expired',
  abnormal: 'search.state.abnormal',
  approved: 'search.state.approved',
  rejected: 'search.state.rejected',
  cancelled: 'search.state.cancelled',
  accepted: 'search.state.accepted',
  replayed: 'search.state.replayed',
}

function useHitName({ kind, name }: Hit): string {
  const t = useText()
  if (kind === 'page') return t(name as PlainKey)
  const key = kind === 'refund' ? STATES[name] : WORDS[`${kind}.${name}`]
  return key ? t(key) : name
}

/** A state is told in words; the code of a refused call stays what it is. */
function useHitDetail({ kind, detail }: Hit): string {
  const t = useText()
  const key = kind === 'order' || kind === 'refund' || kind === 'invoice' || kind === 'call' ? STATES[detail] : undefined
  return key ? t(key) : detail
}

function HitId({ hit }: { hit: Hit }) {
  if (hit.id === null) return null
  const kind = ID_KINDS[hit.kind]
  return <ShortId id={kind ? showId(kind, hit.id) : hit.id} />
}
