import type { Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import type { Instant } from '#src/core/time'
import type { Seat } from '#src/permissions/permissions'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { StaffExportMenu } from '../components/export-menu'
import { formatCount } from '../components/figures'
import { type Chip, FilterSelect, Filters, FilterText } from '../components/filters'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { Badge, StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { SEAT_WORDS } from './seat'
import { memberPath, type StaffDesk, StaffTabs, useDeskTitle } from './staff-tabs'

export type MemberRow = {
  id: Uuid
  username: string
  name: string
  seat: Seat
  /** How many permissions the person has besides those of the post. */
  granted: number
  isActive: boolean
  hasPhone: boolean
  passwordIsTemporary: boolean
  lastSignInAt: Instant | null
}

export type MembersProps = {
  desk: StaffDesk
  members: Slice<MemberRow>
  total: number
  /** The posts that can be looked for here. */
  seats: readonly Seat[]
  filter: { keyword: string; seat: Seat | undefined; state: 'active' | 'disabled' | undefined; phone: 'with' | 'without' | undefined }
  /** Who is looking. */
  self: Uuid
}

/** `/admin/staff` and `/finance/staff`: our people. */
export function MembersPage(props: MembersProps) {
  const { desk, members, total } = props
  const t = useText()
  const chips = useChips(props.filter)
  return (
    <Layout
      title={useDeskTitle(desk)}
      action={
        <>
          <StaffExportMenu kind={desk === '/admin/staff' ? 'staff' : 'finance_staff'} filter={inWords(props.filter)} />
          <a class="button primary" href={`${desk}/new`}>
            {t('staff.new')}
          </a>
        </>
      }
    >
      <StaffTabs desk={desk} current="people" />
      <Panel id="staff" title={t('staff.list')} note={t('staff.list.count', { count: formatCount(total) })}>
        <MemberFilters {...props} chips={chips} />
        <DataTable
          caption={t('staff.list')}
          rows={members.rows}
          rowKey={(row) => row.id}
          empty={<EmptyState icon="search" title={t('staff.nothing')} next={t('staff.nothing.next')} />}
          columns={[
            { head: t('staff.name'), cell: (row) => <Who of={row} {...props} />, wide: true },
            { head: t('staff.username'), cell: (row) => <bdi>{row.username}</bdi> },
            { head: t('staff.seat'), cell: (row) => t(SEAT_WORDS[row.seat]) },
            { head: t('staff.granted'), cell: (row) => (row.granted > 0 ? t('staff.granted.count', { count: row.granted }) : '–') },
            { head: t('staff.phone'), cell: (row) => t(row.hasPhone ? 'staff.phone.with' : 'staff.phone.without') },
            { head: t('staff.lastSignIn'), cell: (row) => <LastSignIn at={row.lastSignInAt} /> },
            { head: t('staff.state'), cell: (row) => <StatusBadge noun="member" state={row.isActive ? 'active' : 'disabled'} /> },
          ]}
        />
        <Pager of={members} />
      </Panel>
    </Layout>
  )
}

/** What the export is asked with: only what is set. */
const inWords = ({ keyword, seat, state, phone }: MembersProps['filter']) => ({ keyword: keyword || undefined, seat, state, phone })

function MemberFilters({ desk, seats, filter, chips }: MembersProps & { chips: Chip[] }) {
  const t = useText()
  const states = ['active', 'disabled'] as const
  const phones = ['with', 'without'] as const
  return (
    <Filters action={desk} chips={chips}>
      <FilterText
        name="keyword"
        label={t('staff.keyword')}
        value={filter.keyword || undefined}
        placeholder={t('staff.keyword.placeholder')}
      />
      <FilterSelect
        name="seat"
        label={t('staff.seat')}
        value={filter.seat}
        options={[{ value: '', label: t('staff.seat.any') }, ...seats.map((seat) => ({ value: seat, label: t(SEAT_WORDS[seat]) }))]}
      />
      <FilterSelect
        name="state"
        label={t('staff.state')}
        value={filter.state}
        options={[{ value: '', label: t('staff.state.any') }, ...states.map((value) => ({ value, label: t(`staff.state.${value}`) }))]}
      />
      <FilterSelect
        name="phone"
        label={t('staff.phone')}
        value={filter.phone}
        options={[{ value: '', label: t('staff.phone.any') }, ...phones.map((value) => ({ value, label: t(`staff.phone.${value}`) }))]}
      />
    </Filters>
  )
}

function useChips({ keyword, seat, state, phone }: MembersProps['filter']): Chip[] {
  const t = useText()
  return [
    ...(keyword ? [{ label: t('staff.keyword.chip', { keyword }), clear: ['keyword'] }] : []),
    ...(seat ? [{ label: t(SEAT_WORDS[seat]), clear: ['seat'] }] : []),
    ...(state ? [{ label: t(`staff.state.${state}`), clear: ['state'] }] : []),
    ...(phone ? [{ label: `${t('staff.phone')}：${t(`staff.phone.${phone}`)}`, clear: ['phone'] }] : []),
  ]
}

function Who({ of, desk, self }: { of: MemberRow } & MembersProps) {
  const t = useText()
  return (
    <span class="with-badge">
      <a href={memberPath(desk, of.id)}>
        <Name of={of.name} />
      </a>
      {of.id === self && <Badge tone="info">{t('staff.self')}</Badge>}
      {of.passwordIsTemporary && <Badge tone="warn">{t('staff.temporary')}</Badge>}
    </span>
  )
}

function LastSignIn({ at }: { at: Instant | null }) {
  const t = useText()
  return at ? <Moment at={at} /> : <span class="muted">{t('staff.lastSignIn.never')}</span>
}
