import { showId, type Uuid } from '#src/core/ids'
import { Tabs } from '../components/tabs'
import { useText } from '../page-context'

export type ApplicationCounts = { held: number; available: number; requests: number }

const TABS = [
  ['held', '/operator/applications'],
  ['available', '/operator/applications/available'],
  ['requests', '/operator/applications/requests'],
] as const

/** What may be started, what may be asked for, what was asked for. */
export function ApplicationTabs({ current, counts }: { current: keyof ApplicationCounts; counts: ApplicationCounts }) {
  const t = useText()
  return (
    <Tabs
      label={t('nav.applications')}
      tabs={TABS.map(([name, href]) => ({ href, label: t(`apps.tabs.${name}`), current: name === current, count: counts[name] }))}
    />
  )
}

/** Where more time with a game, or the game itself, is asked for. */
export const askPath = (id: Uuid): string => `/operator/applications/${showId('application', id)}/request`

export const requestPath = (id: Uuid): string => `/operator/applications/requests/${showId('request', id)}`
