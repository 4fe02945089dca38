import { Tabs } from '../components/tabs'
import { useText } from '../page-context'

const TABS = [
  ['keys', '/operator/api-keys'],
  ['calls', '/operator/api-keys/calls'],
  ['signing', '/operator/api-keys/signing'],
] as const

/** What an integrator needs, beside each other: the key, what was called with it, how to sign. */
export function ApiKeyTabs({ current }: { current: (typeof TABS)[number][0] }) {
  const t = useText()
  return (
    <Tabs
      label={t('nav.apiKeys')}
      tabs={TABS.map(([name, href]) => ({ href, label: t(`apiKeys.tabs.${name}`), current: name === current }))}
    />
  )
}
