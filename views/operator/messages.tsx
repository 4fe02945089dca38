import { type IdKind, showId } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import type { Instant } from '#src/core/time'
import { ShortId } from '../components/copy'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import { type Chip, FilterCheck, FilterSelect, Filters } from '../components/filters'
import { CsrfField } from '../components/form'
import { Icon, type IconName } from '../components/icon'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import type { Tone } from '../components/notice'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { Badge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'

export const MESSAGE_KINDS = ['balance_low', 'price_change', 'authorization', 'refund', 'invoice', 'system', 'security'] as const
type MessageKind = (typeof MESSAGE_KINDS)[number]

export type MessageRow = {
  id: string
  type: MessageKind
  title: string
  content: string
  important: boolean
  createdAt: Instant
  readAt: Instant | null
}

export type MessagesProps = {
  messages: Slice<MessageRow>
  unread: number
  filter: { type: MessageKind | undefined; unreadOnly: boolean }
}

const LOOKS: Record<MessageKind, { tone: Tone; icon: IconName }> = {
  balance_low: { tone: 'warn', icon: 'triangle-alert' },
  price_change: { tone: 'info', icon: 'receipt' },
  authorization: { tone: 'ok', icon: 'gamepad-2' },
  refund: { tone: 'neutral', icon: 'landmark' },
  invoice: { tone: 'neutral', icon: 'receipt' },
  system: { tone: 'info', icon: 'info' },
  security: { tone: 'bad', icon: 'shield-check' },
}

function KindBadge({ type }: { type: MessageKind }) {
  const t = useText()
  const { tone, icon } = LOOKS[type]
  return (
    <Badge tone={tone} icon={icon}>
      {t(`messages.type.${type}`)}
    </Badge>
  )
}

/** `/operator/messages`: what the product told this operator, unread in bold; opening one reads it. */
export function MessagesPage({ messages, unread, filter }: MessagesProps) {
  const t = useText()
  const chips: Chip[] = [
    ...(filter.type ? [{ label: t('messages.filter.type.is', { type: t(`messages.type.${filter.type}`) }), clear: ['type'] }] : []),
    ...(filter.unreadOnly ? [{ label: t('messages.filter.unread'), clear: ['unread'] }] : []),
  ]
  return (
    <Layout
      title={t('messages.title')}
      note={unread > 0 ? t('messages.note', { unread: formatCount(unread) }) : t('messages.note.none')}
      action={
        <a class="button" href="/operator/messages/preferences">
          {t('messages.preferences')}
        </a>
      }
    >
      <div class="messages-bar">
        <Filters action="/operator/messages" chips={chips}>
          <FilterSelect
            name="type"
            label={t('messages.filter.type')}
            value={filter.type}
            options={[
              { value: '', label: t('messages.filter.type.all') },
              ...MESSAGE_KINDS.map((type) => ({ value: type, label: t(`messages.type.${type}`) })),
            ]}
          />
          <FilterCheck name="unread" label={t('messages.filter.unread')} checked={filter.unreadOnly} />
        </Filters>
        {unread > 0 && (
          <form method="post" action="/operator/messages/read-all" data-once>
            <CsrfField />
            <button type="submit" class="button" data-sending={t('form.sending')}>
              {t('messages.readAll')}
            </button>
          </form>
        )}
      </div>
      <section class="panel" aria-label={t('messages.list')}>
        {messages.rows.length === 0 ? <NoMessages filtered={chips.length > 0} /> : <List rows={messages.rows} />}
      </section>
      <Pager of={messages} />
    </Layout>
  )
}

function NoMessages({ filtered }: { filtered: boolean }) {
  const t = useText()
  return filtered ? (
    <EmptyState title={t('messages.emptyFiltered')} next={t('messages.emptyFilteredNext')} />
  ) : (
    <EmptyState icon="bell" title={t('messages.empty')} next={t('messages.emptyNext')} />
  )
}

function List({ rows }: { rows: readonly MessageRow[] }) {
  const t = useText()
  return (
    <ul class="messages">
      {rows.map((message) => (
        <li key={message.id} class={message.readAt ? 'message' : 'message unread'}>
          <a class="message-title" href={`/operator/messages/${showId('message', message.id)}`}>
            {!message.readAt && <span class="sr-only">{t('messages.unread')} </span>}
            <Name of={message.title} />
          </a>
          <span class="message-marks">
            <KindBadge type={message.type} />
            {message.important && <Badge tone="warn">{t('messages.important')}</Badge>}
          </span>
          <p class="message-text">
            <Name of={message.content} />
          </p>
          <span class="message-time muted">
            <Moment at={message.createdAt} />
          </span>
        </li>
      ))}
    </ul>
  )
}

export type MessageProps = {
  message: MessageRow
  related: Related | null
}

/** What a message is about: its name and page where it has them, and where more time is asked for while that is open. */
export type Related = { kind: IdKind; id: string; name: string | null; href: string | null; renew: string | null }

/** `/operator/messages/:id`: one message whole. */
export function MessagePage({ message, related }: MessageProps) {
  const t = useText()
  return (
    <Layout title={message.title} trail={[{ href: '/operator/messages', label: t('messages.title') }]}>
      <article class="panel message-one">
        <dl class="message-facts">
          <div>
            <dt>{t('messages.one.type')}</dt>
            <dd>
              <KindBadge type={message.type} /> {message.important && <Badge tone="warn">{t('messages.important')}</Badge>}
            </dd>
          </div>
          <div>
            <dt>{t('messages.one.at')}</dt>
            <dd>
              <Moment at={message.createdAt} seconds />
            </dd>
          </div>
          {message.readAt && (
            <div>
              <dt>{t('messages.one.readAt')}</dt>
              <dd>
                <Moment at={message.readAt} seconds />
              </dd>
            </div>
          )}
          {related && (
            <div>
              <dt>{t('messages.one.related')}</dt>
              <dd>
                <About of={related} />
              </dd>
            </div>
          )}
        </dl>
        <p class="message-whole">
          <bdi>{message.content}</bdi>
        </p>
        <p class="message-actions">
          {related?.renew && (
            <a class="button primary" href={related.renew}>
              {t('apps.renew')}
            </a>
          )}
          <a class="button" href="/operator/messages">
            <Icon name="chevron-left" />
            {t('messages.one.back')}
          </a>
        </p>
      </article>
    </Layout>
  )
}

function About({ of }: { of: Related }) {
  const id = showId(of.kind, of.id)
  if (!of.href) return <ShortId id={id} />
  return (
    <span class="with-badge">
      <a href={of.href}>{of.name === null ? id : <Name of={of.name} />}</a>
      {of.name !== null && <ShortId id={id} />}
    </span>
  )
}

export type PreferencesProps = {
  email: string
  /** Which kinds also come by mail. */
  byMail: Readonly<Record<Exclude<MessageKind, 'security'>, boolean>>
  /** False where there is no mail server. */
  mailWorks: boolean
}

/** `/operator/messages/preferences`: which kinds also come by mail. */
export function PreferencesPage({ email, byMail, mailWorks }: PreferencesProps) {
  const t = useText()
  return (
    <Layout title={t('messages.preferences')} trail={[{ href: '/operator/messages', label: t('messages.title') }]}>
      <Panel id="by-mail" title={t('messages.preferences.mail')}>
        <form method="post" action="/operator/messages/preferences" class="form preferences-form" data-once>
          <CsrfField />
          <p class="muted">
            {mailWorks ? t('messages.preferences.intro', { email }) : t('messages.preferences.none')}{' '}
            <a href="/operator/profile">{t('messages.preferences.address')}</a>
          </p>
          <ul class="preference-list">
            {MESSAGE_KINDS.map((type) => (
              <li key={type}>
                <label class="check" for={`mail-${type}`}>
                  <input
                    id={`mail-${type}`}
                    type="checkbox"
                    name={type}
                    value="on"
                    checked={type === 'security' || byMail[type]}
                    disabled={type === 'security'}
                    aria-describedby={`about-${type}`}
                  />
                  <span>
                    <b>{t(`messages.type.${type}`)}</b>
                    {type === 'security' && <span class="muted"> · {t('messages.preferences.always')}</span>}
                  </span>
                </label>
                <p class="field-hint" id={`about-${type}`}>
                  {t(`messages.about.${type}`)}
                </p>
              </li>
            ))}
          </ul>
          <div class="form-actions">
            <button type="submit" class="button primary" data-sending={t('form.sending')}>
              {t('messages.preferences.save')}
            </button>
            <a class="button" href="/operator/messages">
              {t('messages.one.back')}
            </a>
          </div>
        </form>
      </Panel>
    </Layout>
  )
}
