import { Tabs } from '../components/tabs'
import { useText } from '../page-context'

/** Alerts and the ways in which people hear of them, beside each other. */
export function AlertTabs({ current }: { current: 'list' | 'channels' }) {
  const t = useText()
  return (
    <Tabs
      label={t('alerts.tabs')}
      tabs={[
        { href: '/admin/alerts', label: t('alerts.tabs.list'), current: current === 'list' },
        { href: '/admin/alert-channels', label: t('alerts.tabs.channels'), current: current === 'channels' },
      ]}
    />
  )
}
