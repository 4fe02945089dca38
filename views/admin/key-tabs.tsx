import { Tabs } from '../components/tabs'
import { useText } from '../page-context'

/** Keys and what came of their misuse, beside each other. */
export function KeyTabs({ current }: { current: 'keys' | 'anomalies' }) {
  const t = useText()
  return (
    <Tabs
      label={t('anomalies.tabs')}
      tabs={[
        { href: '/admin/api-keys', label: t('anomalies.tabs.keys'), current: current === 'keys' },
        { href: '/admin/anomalies', label: t('anomalies.tabs.anomalies'), current: current === 'anomalies' },
      ]}
    />
  )
}
