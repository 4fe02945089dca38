import type { Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import { type Instant, lastDayBefore } from '#src/core/time'
import { useAddress } from '../components/address'
import { EmptyState } from '../components/empty-state'
import { FilterSelect, Filters, FilterText } from '../components/filters'
import { Icon } from '../components/icon'
import { Name } from '../components/name'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { applicationPath, grantFormPath, grantPath } from './game-paths'
import { GrantTabs, NewGrantLink } from './grants'

type Cell = { grantId: Uuid; state: 'active' | 'ending' | 'expired'; expiresAt: Instant | null }
type Row = { id: Uuid; name: string; username: string; category: 'trial' | 'normal' | 'vip'; cells: ReadonlyMap<Uuid, Cell> }
type Column = { id: Uuid; name: string; isActive: boolean }
export type GrantMatrixProps = {
  columns: readonly Column[]
  part: number
  parts: number
  operators: Slice<Row>
  filter: { keyword: string; category: 'trial' | 'normal' | 'vip' | undefined }
  mayGrant: boolean
}

const TIERS = ['trial', 'normal', 'vip'] as const

/** `/admin/authorizations/matrix`: operators by games; each field leads to the right, or to the form that gives it. */
export function GrantMatrixPage(props: GrantMatrixProps) {
  const t = useText()
  const { columns, operators, filter, mayGrant } = props
  const empty = operators.rows.length === 0 || columns.length === 0
  return (
    <Layout
      title={t('grants.tabs.matrix')}
      trail={[{ href: '/admin/authorizations', label: t('grants.title') }]}
      action={mayGrant ? <NewGrantLink /> : undefined}
    >
      <GrantTabs current="matrix" />
      <Panel id="matrix" title={t('grants.matrix')} note={t('grants.matrix.note')}>
        <MatrixFilters {...filter} />
        <Parts {...props} />
        {empty ? <EmptyState icon="search" title={t('grants.matrix.none')} next={t('grants.matrix.noneNext')} /> : <Matrix {...props} />}
        <Pager of={operators} />
      </Panel>
    </Layout>
  )
}

function MatrixFilters({ keyword, category }: GrantMatrixProps['filter']) {
  const t = useText()
  const chips = [
    ...(category ? [{ label: t(`category.${category}`), clear: ['category'] }] : []),
    ...(keyword === '' ? [] : [{ label: keyword, clear: ['keyword'] }]),
  ]
  return (
    <Filters action="/admin/authorizations/matrix" chips={chips} keep={['part']}>
      <FilterText name="keyword" label={t('grants.search')} value={keyword} />
      <FilterSelect
        name="category"
        label={t('access.category')}
        value={category}
        options={[{ value: '', label: t('filter.all') }, ...TIERS.map((value) => ({ value, label: t(`category.${value}`) }))]}
      />
    </Filters>
  )
}

/** Which ten of the games stand side by side. */
function Parts({ part, parts }: GrantMatrixProps) {
  const t = useText()
  const address = useAddress()
  if (parts <= 1) return null
  return (
    <nav class="segments wrap" aria-label={t('grants.matrix.parts')}>
      {Array.from({ length: parts }, (_, at) => (
        <a key={at} href={address({ part: at === 0 ? null : String(at) })} aria-current={at === part ? 'true' : undefined}>
          {t('grants.matrix.part', { from: at * 10 + 1, to: at * 10 + 10 })}
        </a>
      ))}
    </nav>
  )
}

function Matrix({ columns, operators, mayGrant }: GrantMatrixProps) {
  const t = useText()
  return (
    <table class="table compact matrix">
      <caption class="sr-only">{t('grants.matrix')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('access.operator')}</th>
          {columns.map((column) => (
            <th key={column.id} scope="col">
              <a href={applicationPath(column.id)}>
                <Name of={column.name} />
              </a>
              {!column.isActive && <span class="cell-more">{t('catalogue.state.retired')}</span>}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {operators.rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">
              <Name of={row.name} />
              <span class="cell-more">{t(`category.${row.category}`)}</span>
            </th>
            {columns.map((column) => (
              <td key={column.id}>
                <Field row={row} column={column} mayGrant={mayGrant} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const LOOKS = {
  active: { tone: 'ok', icon: 'circle-check' },
  ending: { tone: 'warn', icon: 'triangle-alert' },
  expired: { tone: 'bad', icon: 'circle-x' },
} as const

/** Until when, by colour, icon and word; a field without a right offers to give it. */
function Field({ row, column, mayGrant }: { row: Row; column: Column; mayGrant: boolean }) {
  const t = useText()
  const cell = row.cells.get(column.id)
  const of = (
    <span class="sr-only">
      {' '}
      {row.name} {column.name}
    </span>
  )
  if (!cell)
    return mayGrant ? (
      <a class="matrix-give" href={grantFormPath(column.id, row.id)}>
        {t('grants.give')}
        {of}
      </a>
    ) : (
      <span class="muted">–</span>
    )
  const { tone, icon } = LOOKS[cell.state]
  return (
    <a class={`badge ${tone}`} href={grantPath(cell.grantId)}>
      <Icon name={icon} />
      {cell.expiresAt ? lastDayBefore(cell.expiresAt) : t('apps.forever')}
      {of}
    </a>
  )
}
