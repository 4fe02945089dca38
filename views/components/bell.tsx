import { formatYuan } from '#src/core/money'
import { formatDateTime, iso } from '#src/core/time'
import { type OperatorViewer, useText } from '../page-context'
import { Icon } from './icon'
import { Notice } from './notice'

type Standing = Pick<OperatorViewer, 'balance' | 'unread' | 'asOf'>

/**
 * What the shell keeps true while a page is open: balance, unread messages, and as of when. views/assets/live.js listens to
 * `data-live` and puts each part in place of the one with its id; without JavaScript they are what they were when the page came.
 */
export function LiveStanding({ standing }: { standing: Standing }) {
  const t = useText()
  return (
    <div class="topbar-live" data-live="/operator/events">
      <p class="live-state">
        <LiveTime asOf={standing.asOf} />
        <span class="live-lost">{t('messages.live.lost')}</span>
      </p>
      <p class="topbar-balance">
        <span class="muted">{t('shell.balance')}</span> <LiveBalance balance={standing.balance} />
      </p>
      <Bell unread={standing.unread} />
    </div>
  )
}

/** Unread messages; a link to them. */
export function Bell({ unread }: { unread: number }) {
  const t = useText()
  const words = unread > 0 ? t('messages.bell', { count: unread }) : t('messages.bell.none')
  return (
    <a id="bell" class="bell" href="/operator/messages" title={words} data-unread={unread}>
      <Icon name="bell" size={20} />
      {unread > 0 && (
        <span class="bell-count" aria-hidden="true">
          {unread > 99 ? '99+' : unread}
        </span>
      )}
      <span class="sr-only">{words}</span>
    </a>
  )
}

export const LiveBalance = ({ balance }: Pick<Standing, 'balance'>) => <b id="topbar-balance">{formatYuan(balance)}</b>

/** Since when the page has known nothing newer. */
export function LiveTime({ asOf }: Pick<Standing, 'asOf'>) {
  const t = useText()
  return (
    <time id="live-time" class="live-time" dateTime={iso(asOf)}>
      {t('messages.live', { time: formatDateTime(asOf).slice(11) })}
    </time>
  )
}

/** Put where errors stand when the session has ended under an open page: nothing that was typed is lost. */
export function SessionEnded() {
  const t = useText()
  return (
    <div id="flash" aria-live="polite">
      <Notice tone="warn" title={t('messages.ended.title')}>
        <p>
          {t('messages.ended.text')} <a href="/operator/login">{t('messages.ended.signIn')}</a>
        </p>
      </Notice>
    </div>
  )
}
