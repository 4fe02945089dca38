import type { Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import type { Money } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { useText } from '../page-context'
import { grantPath } from './game-paths'

export type AffectedRow = {
  grantId: Uuid
  name: string
  username: string
  category: 'trial' | 'normal' | 'vip'
  expiresAt: Instant | null
  games: number
  spent: Money
}

type AffectedProps = { of: Slice<AffectedRow>; count: number; linked: boolean; title?: 'affected' | 'holders' }

/** The operators who may start a game, with what they played of it lately. `linked`: whether the viewer may look at their authorisations. */
export function AffectedOperators({ of, count, linked, title = 'affected' }: AffectedProps) {
  const t = useText()
  const caption = t(`catalogue.${title}`, { count: formatCount(count) })
  return (
    <Panel id="operators" title={caption} note={t('catalogue.affected.note')}>
      <DataTable
        caption={caption}
        rows={of.rows}
        rowKey={(row) => row.grantId}
        empty={<EmptyState icon="circle-user" title={t('catalogue.affected.none')} next={t('catalogue.affected.noneNext')} />}
        columns={[
          { head: t('access.operator'), cell: (row) => <Operator of={row} linked={linked} />, wide: true },
          { head: t('access.category'), cell: (row) => t(`category.${row.category}`) },
          { head: t('apps.expires'), cell: (row) => (row.expiresAt ? <Moment at={row.expiresAt} /> : t('apps.forever')) },
          { head: t('catalogue.affected.games'), cell: (row) => formatCount(row.games), number: true },
          { head: t('catalogue.affected.spent'), cell: (row) => <Yuan of={row.spent} />, number: true },
        ]}
      />
      <Pager of={of} />
    </Panel>
  )
}

const Operator = ({ of, linked }: { of: AffectedRow; linked: boolean }) => (
  <div>
    {linked ? (
      <a href={grantPath(of.grantId)}>
        <Name of={of.name} />
      </a>
    ) : (
      <Name of={of.name} />
    )}
    <span class="cell-more">
      <Name of={of.username} />
    </span>
  </div>
)
