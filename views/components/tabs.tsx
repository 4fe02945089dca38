import { formatCount } from './figures'

/** Parts of a page, each with an address of its own: links, not buttons, so that they work, open in new windows and can be kept. */
export type Tab = { href: string; label: string; current: boolean; count?: number }

export const Tabs = ({ label, tabs }: { label: string; tabs: readonly Tab[] }) => (
  <nav class="tabs" aria-label={label}>
    {tabs.map((tab) => (
      <a key={tab.href} href={tab.href} aria-current={tab.current ? 'page' : undefined}>
        {tab.label}
        {tab.count !== undefined && <span class="tab-count">{formatCount(tab.count)}</span>}
      </a>
    ))}
  </nav>
)
