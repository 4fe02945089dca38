import type { ComponentChildren } from 'preact'
import type { Instant } from '#src/core/time'
import { Icon, type IconName } from './icon'
import { Moment } from './moment'
import { TONE_ICONS, type Tone } from './notice'

/** What happened to something, newest first: when, what, who, and what there is to say about it. A future step has no time yet. */
export type TimelineEvent = {
  key: string
  at: Instant | null
  tone: Tone
  icon?: IconName
  title: ComponentChildren
  /** Who did it. */
  actor?: ComponentChildren
  children?: ComponentChildren
}

export const Timeline = ({ events }: { events: readonly TimelineEvent[] }) => (
  <ol class="timeline">
    {events.map((event) => (
      <li key={event.key}>
        <span class={`timeline-mark ${event.tone}`}>
          <Icon name={event.icon ?? TONE_ICONS[event.tone]} />
        </span>
        <div class="timeline-text">
          <p>
            <b>{event.title}</b>
          </p>
          {(event.at || event.actor) && (
            <p class="muted">
              {event.at && <Moment at={event.at} />} {event.actor}
            </p>
          )}
          {event.children}
        </div>
      </li>
    ))}
  </ol>
)
