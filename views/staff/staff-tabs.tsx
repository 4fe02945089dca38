import { Tabs } from '../components/tabs'
import { useText } from '../page-context'

/** Where the pages about our people stand: at the administrators' door for everybody, at finance's for finance. */
export type StaffDesk = '/admin/staff' | '/finance/staff'

export const memberPath = (desk: StaffDesk, id: string): string => `${desk}/${id}`

export const useDeskTitle = (desk: StaffDesk): string => useText()(desk === '/admin/staff' ? 'staff.title' : 'staff.title.finance')

/** People, and what their posts may do. */
export function StaffTabs({ desk, current }: { desk: StaffDesk; current: 'people' | 'roles' }) {
  const t = useText()
  return (
    <Tabs
      label={t('staff.tabs')}
      tabs={[
        { href: desk, label: t('staff.tabs.people'), current: current === 'people' },
        { href: `${desk}/roles`, label: t('staff.tabs.roles'), current: current === 'roles' },
      ]}
    />
  )
}
