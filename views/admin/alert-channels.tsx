import { faultWords } from '#src/core/alert-details'
import type { Slice } from '#src/core/keyset'
import type { Instant } from '#src/core/time'
import { ConfirmForm } from '../components/confirm'
import { Facts } from '../components/facts'
import { formatCount } from '../components/figures'
import { FilterCheck, FilterSelect, Filters } from '../components/filters'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { type StateOf, StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { usePage, useText } from '../page-context'
import { type AlertChannelName, AlertDeliveries, type AlertDeliveryView } from '../staff/alert-deliveries'
import { AlertTabs } from '../staff/alert-tabs'

export type AlertChannelView = {
  channel: AlertChannelName
  state: StateOf<'channel'>
  host: string | null
  audiences: readonly { audience: 'admin' | 'finance' | 'operations'; addresses: readonly string[] }[]
  lastSentAt: Instant | null
  lastError: { at: Instant; words: string } | null
  day: { sent: number; queued: number; failed: number }
}

export type AlertChannelsProps = {
  channels: readonly AlertChannelView[]
  deliveries: Slice<AlertDeliveryView>
  filter: { channel: AlertChannelName | ''; undelivered: boolean }
  /** How mails leave the machine. */
  mails: 'server' | 'simulated' | 'none'
  mayTest: boolean
  maySet: boolean
}

const CHANNELS = ['mail', 'dingtalk', 'wecom'] as const
const testPath = (channel: string): string => `/admin/alert-channels/${channel}/test`

/** `/admin/alert-channels`: how people hear of alerts, whether they do, and a test. */
export function AlertChannelsPage({ channels, deliveries, filter, mails, mayTest, maySet }: AlertChannelsProps) {
  const t = useText()
  return (
    <Layout title={t('alertChannels.title')} note={t('alertChannels.note')}>
      <AlertTabs current="channels" />
      <div class="columns thirds">
        {channels.map((channel) => (
          <Channel key={channel.channel} of={channel} mails={mails} mayTest={mayTest} maySet={maySet} />
        ))}
      </div>
      <Filters
        action="/admin/alert-channels"
        chips={[
          ...(filter.channel === '' ? [] : [{ label: t(`alertChannels.${filter.channel}`), clear: ['channel'] }]),
          ...(filter.undelivered ? [{ label: t('alertChannels.filter.failed'), clear: ['undelivered'] }] : []),
        ]}
      >
        <FilterSelect
          name="channel"
          label={t('alertChannels.channel')}
          value={filter.channel}
          options={[
            { value: '', label: t('alertChannels.filter.all') },
            ...CHANNELS.map((value) => ({ value, label: t(`alertChannels.${value}`) })),
          ]}
        />
        <FilterCheck name="undelivered" label={t('alertChannels.filter.failed')} checked={filter.undelivered} />
      </Filters>
      <Panel id="deliveries" title={t('alertChannels.deliveries')}>
        <AlertDeliveries rows={deliveries.rows} />
        <Pager of={deliveries} />
      </Panel>
    </Layout>
  )
}

type ChannelProps = { of: AlertChannelView } & Pick<AlertChannelsProps, 'mails' | 'mayTest' | 'maySet'>

function Channel({ of, mails, mayTest, maySet }: ChannelProps) {
  const t = useText()
  const { language } = usePage()
  const { channel, state, lastSentAt, lastError, day } = of
  const counts = { sent: formatCount(day.sent), queued: formatCount(day.queued), failed: formatCount(day.failed) }
  return (
    <Panel id={channel} title={t(`alertChannels.${channel}`)} note={<StatusBadge noun="channel" state={state} />}>
      {state !== 'off' && (
        <Facts
          rows={[
            { label: t('alertChannels.where'), value: <Where of={of} /> },
            { label: t('alertChannels.lastSent'), value: lastSentAt ? <Moment at={lastSentAt} seconds /> : t('alertChannels.none') },
            {
              label: t('alertChannels.lastError'),
              value: lastError ? (
                <>
                  <Moment at={lastError.at} seconds />
                  <span class="cell-more">
                    <bdi class="prose">{faultWords(language, lastError.words)}</bdi>
                  </span>
                </>
              ) : (
                t('alertChannels.none')
              ),
            },
            { label: t('alertChannels.day'), value: t('alertChannels.counts', counts) },
          ]}
        />
      )}
      <p class="muted">
        {channel === 'mail' && mails !== 'server'
          ? t(mails === 'none' ? 'alertChannels.noServer' : 'alertChannels.simulated')
          : t(`alertChannels.how.${channel}`)}
      </p>
      <div class="form-actions">
        {mayTest && (state === 'ready' || state === 'failing') && (
          <a class="button" href={testPath(channel)} aria-label={t('alertChannels.test.of', { channel: t(`alertChannels.${channel}`) })}>
            {t('alertChannels.test')}
          </a>
        )}
        {maySet && state !== 'off' && <a href={SETTING[channel]}>{t('alertChannels.settings')}</a>}
      </div>
    </Panel>
  )
}

const SETTING = {
  mail: '/admin/settings#alert',
  dingtalk: '/admin/settings/alert_dingtalk_for',
  wecom: '/admin/settings/alert_wecom_for',
} as const

/** Who gets it: the desks whose alerts go this way, of mail with their addresses. */
function Where({ of: { host, audiences } }: { of: AlertChannelView }) {
  const t = useText()
  if (host === null && audiences.length === 0) return <>{t('alertChannels.state.muted')}</>
  return (
    <>
      {host !== null && <code>{host}</code>}
      {audiences.map(({ audience, addresses }) => (
        <span key={audience} class="cell-more">
          {t(`alerts.for.${audience}`)}
          {addresses.length > 0 && (
            <>
              {' '}
              <Name of={addresses.join(', ')} />
            </>
          )}
        </span>
      ))}
    </>
  )
}

export type TestChannelProps = { channel: AlertChannelView; message: string | null }

/** `/admin/alert-channels/:channel/test`: asks before a group of people gets a test. */
export function TestChannelPage({ channel, message }: TestChannelProps) {
  const t = useText()
  const name = t(`alertChannels.${channel.channel}`)
  const title = t('alertChannels.test.of', { channel: name })
  return (
    <Layout title={title} trail={[{ href: '/admin/alert-channels', label: t('alertChannels.title') }]}>
      {message !== null && (
        <Notice tone="bad" title={t('alertChannels.test.refused')} focus>
          <p>{message}</p>
        </Notice>
      )}
      <section class="panel" aria-label={title}>
        <ConfirmForm id="test" action={testPath(channel.channel)} verb={title} back="/admin/alert-channels" tone="primary">
          <p>{t('alertChannels.test.what')}</p>
          <Where of={channel} />
        </ConfirmForm>
      </section>
    </Layout>
  )
}
