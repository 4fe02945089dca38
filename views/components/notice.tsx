import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from './icon'

export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'neutral'

export const TONE_ICONS: Readonly<Record<Tone, IconName>> = {
  ok: 'circle-check',
  warn: 'triangle-alert',
  bad: 'circle-x',
  info: 'info',
  neutral: 'circle',
}

type NoticeProps = {
  tone: Tone
  title?: ComponentChildren
  /** Moves the focus here when the page opens; for answers to what the person just did. */
  focus?: boolean
  children?: ComponentChildren
}

/** A tinted box that stays in the page: what happened, why, and what now. */
export function Notice({ tone, title, focus = false, children }: NoticeProps) {
  return (
    <div
      class={`notice ${tone}`}
      role={tone === 'bad' || tone === 'warn' ? 'alert' : 'note'}
      tabIndex={focus ? -1 : undefined}
      data-focus={focus || undefined}
    >
      <Icon name={TONE_ICONS[tone]} size={20} />
      <div class="notice-text">
        {title && <p class="notice-title">{title}</p>}
        {children}
      </div>
    </div>
  )
}
