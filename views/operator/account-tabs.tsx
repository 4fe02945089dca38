import { Tabs } from '../components/tabs'
import { useText } from '../page-context'

const TABS = [
  ['profile', '/operator/profile'],
  ['password', '/operator/password'],
  ['sessions', '/operator/sessions'],
  ['close', '/operator/close'],
] as const

/** The pages of an account, beside each other. */
export function AccountTabs({ current }: { current: (typeof TABS)[number][0] }) {
  const t = useText()
  return (
    <Tabs
      label={t('account.tabs')}
      tabs={TABS.map(([name, href]) => ({ href, label: t(`account.tabs.${name}`), current: name === current }))}
    />
  )
}
