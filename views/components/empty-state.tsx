import { Icon, type IconName } from './icon'

/** What would be here, and what makes it appear. */
export const EmptyState = ({ icon = 'inbox', title, next }: { icon?: IconName; title: string; next: string }) => (
  <div class="empty">
    <Icon name={icon} size={20} />
    <p class="empty-title">{title}</p>
    <p class="muted">{next}</p>
  </div>
)
