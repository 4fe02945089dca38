import type { Permission, Seat } from '#src/permissions/permissions'
import { DataTable } from '../components/data-table'
import { Panel } from '../components/panel'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { Mark, PermissionName } from './grants'
import { PERMISSION_GROUPS, type PermissionGroup, SEAT_WORDS } from './seat'
import { type StaffDesk, StaffTabs, useDeskTitle } from './staff-tabs'

/** What a post has of a permission: with the post, by grant only, or never. */
export type Holding = 'has' | 'grantable' | 'never'
export type RolesProps = {
  desk: StaffDesk
  seats: readonly { seat: Seat; holds: Readonly<Record<Permission, Holding>> }[]
}

/** `/admin/staff/roles`: every permission and who has it; made from the list that the guard asks. */
export function RolesPage({ desk, seats }: RolesProps) {
  const t = useText()
  const groups = (Object.keys(PERMISSION_GROUPS) as PermissionGroup[])
    .map((group) => ({ group, keys: PERMISSION_GROUPS[group].filter((key) => seats.some(({ holds }) => holds[key] !== 'never')) }))
    .filter(({ keys }) => keys.length > 0)
  return (
    <Layout title={t('staff.tabs.roles')} trail={[{ href: desk, label: useDeskTitle(desk) }]} note={t('staff.roles.note')}>
      <StaffTabs desk={desk} current="roles" />
      {groups.map(({ group, keys }) => (
        <Panel key={group} id={group} title={t(`permissionGroup.${group}`)}>
          <DataTable
            caption={t(`permissionGroup.${group}`)}
            rows={keys}
            rowKey={(key) => key}
            empty={null}
            columns={[
              { head: t('staff.rights.key'), cell: (key) => <PermissionName of={key} />, wide: true },
              ...seats.map(({ seat, holds }) => ({ head: t(SEAT_WORDS[seat]), cell: (key: Permission) => <Held as={holds[key]} /> })),
            ]}
          />
        </Panel>
      ))}
    </Layout>
  )
}

function Held({ as }: { as: Holding }) {
  const t = useText()
  return as === 'grantable' ? <span class="muted">{t('staff.roles.grantable')}</span> : <Mark on={as === 'has'} />
}
