import { formatYuan } from '#src/core/money'
import { text } from '#src/core/text'
import { formatDateTime, type Instant } from '#src/core/time'
import { ShortId } from '../components/copy'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { Icon } from '../components/icon'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { type Say, usePage, useText } from '../page-context'
import { Ladder, type LadderStep } from './ladder'
import { usagePath } from './usage-address'
import { factOf, type UsageRecordProps } from './usage-record'

export type ExplainedCallView = {
  requestId: string
  at: Instant
  operation: 'authorize' | 'pre_authorize' | 'game_sites' | 'game_applications' | 'session_end'
  result: 'accepted' | 'replayed' | 'refused'
  code: string | null
  sessionId: string | null
  siteName: string | null
  applicationName: string | null
  ip: string
  durationUs: number
  /** Null where the call is no game start, or failed on our side. */
  steps: readonly LadderStep[] | null
}

export type ExplainProps = {
  asked: string
  /** Null when nothing was asked yet or what was asked is no id. */
  found: { calls: readonly ExplainedCallView[]; usage: UsageRecordProps['usage'] | null } | null
  isUnreadable: boolean
}

const MOST_CALLS = 50

/** `/operator/explain`: why a call was answered as it was, in plain words. */
export function ExplainPage({ asked, found, isUnreadable }: ExplainProps) {
  const t = useText()
  return (
    <Layout
      title={t('explain.title')}
      trail={[{ href: '/operator/usage', label: t('nav.usage') }]}
      action={
        <a class="button" href="/operator/api-keys/calls?result=refused">
          {t('explain.refusals')}
        </a>
      }
    >
      <Panel id="ask" title={t('explain.ask')}>
        <p class="muted">{t('explain.lead')}</p>
        <Ask asked={asked} error={isUnreadable ? t('explain.error') : undefined} />
      </Panel>
      {found ? <Found {...found} /> : <Nothing asked={asked !== ''} />}
    </Layout>
  )
}

function Ask({ asked, error }: { asked: string; error: string | undefined }) {
  const t = useText()
  return (
    <search>
      <form method="get" action="/operator/explain" class="ask">
        <div class="field">
          <label for="explain-q">{t('explain.q')}</label>
          <div class="field-box">
            <input
              id="explain-q"
              name="q"
              type="search"
              value={asked}
              maxLength={200}
              required
              spellcheck={false}
              autocomplete="off"
              autocapitalize="none"
              aria-invalid={error ? 'true' : undefined}
              aria-describedby={error ? 'explain-q-error' : undefined}
            />
          </div>
          {error && (
            <p class="field-error" id="explain-q-error">
              {error}
            </p>
          )}
        </div>
        <button type="submit" class="button primary">
          <Icon name="search" />
          {t('explain.go')}
        </button>
      </form>
    </search>
  )
}

function Nothing({ asked }: { asked: boolean }) {
  const t = useText()
  if (asked) return null
  return (
    <section class="panel">
      <EmptyState icon="search" title={t('explain.start')} next={t('explain.startNext')} />
    </section>
  )
}

function Found({ calls, usage }: NonNullable<ExplainProps['found']>) {
  const t = useText()
  if (calls.length === 0 && !usage) {
    return (
      <section class="panel">
        <EmptyState icon="search" title={t('explain.none')} next={t('explain.noneNext')} />
      </section>
    )
  }
  return (
    <>
      {usage && <Game usage={usage} />}
      {calls.length > 1 && <p class="muted">{t('explain.calls.note', { count: MOST_CALLS })}</p>}
      {calls.map((call) => (
        <Call key={call.requestId} call={call} usage={usage} />
      ))}
    </>
  )
}

function Game({ usage }: { usage: UsageRecordProps['usage'] }) {
  const t = useText()
  const words = {
    time: formatDateTime(usage.startedAt),
    site: usage.siteName,
    application: usage.applicationName,
    players: usage.playerCount,
    total: formatYuan(usage.total),
  }
  return (
    <Notice tone="ok" title={t('explain.game')}>
      <p>
        <bdi>{t('explain.game.text', words)}</bdi>
      </p>
      <p>
        <a href={usagePath(usage.id)}>{t('explain.game.open')}</a>
      </p>
    </Notice>
  )
}

function Call({ call, usage }: { call: ExplainedCallView; usage: UsageRecordProps['usage'] | null }) {
  const t = useText()
  const isThisGame = usage !== null && call.operation === 'authorize' && call.result === 'accepted'
  return (
    <section class="panel" aria-labelledby={`call-${call.requestId}`}>
      <div class="panel-head">
        <h2 id={`call-${call.requestId}`}>
          {t(`explain.operation.${call.operation}`)} <StatusBadge noun="call" state={call.result} />
        </h2>
        <p class="muted">
          <Moment at={call.at} seconds />
        </p>
      </div>
      <Words call={call} />
      <div class="call-parts">
        {call.steps && <Ladder steps={call.steps.map((step) => ({ ...step, fact: stepFact(t, isThisGame ? usage : null, step) }))} />}
        <Facts
          rows={[
            { label: t('explain.request'), value: <ShortId id={call.requestId} /> },
            ...(call.code ? [{ label: t('explain.code'), value: <code>{call.code}</code> }] : []),
            ...(call.sessionId ? [{ label: t('usage.session'), value: <ShortId id={call.sessionId} /> }] : []),
            ...(call.siteName ? [{ label: t('usage.site'), value: <Name of={call.siteName} /> }] : []),
            ...(call.applicationName ? [{ label: t('usage.application'), value: <Name of={call.applicationName} /> }] : []),
            { label: t('explain.from'), value: <code>{call.ip}</code> },
            { label: t('explain.took'), value: t('explain.took.value', { ms: (call.durationUs / 1_000).toFixed(1) }) },
          ]}
        />
      </div>
    </section>
  )
}

function stepFact(t: Say, usage: UsageRecordProps['usage'] | null, step: LadderStep): string | undefined {
  if (step.state === 'answered') return t('ladder.fact.replay')
  return usage ? factOf(t, usage, step) : undefined
}

/** What happened and what to do: plain words for every code there is, the code itself for one that came later. */
function Words({ call: { result, code, operation } }: { call: ExplainedCallView }) {
  const { language } = usePage()
  const t = useText()
  if (result === 'accepted') return <p>{t(operation === 'authorize' ? 'explain.accepted' : 'explain.accepted.other')}</p>
  if (result === 'replayed') return <p>{t('explain.replayed')}</p>
  const known = EXPLAINED.find((one) => one === code)
  return (
    <>
      <p>
        <b>{t('explain.refused')}</b> {known && text(language, `explain.why.${known}`)}
      </p>
      {known && (
        <p>
          <b>{t('explain.next')}</b> {text(language, `explain.todo.${known}`)}
        </p>
      )}
    </>
  )
}

const EXPLAINED = [
  'INVALID_PARAMS',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'INVALID_API_KEY',
  'INVALID_SIGNATURE',
  'TIMESTAMP_EXPIRED',
  'ACCOUNT_LOCKED',
  'ACCOUNT_DEACTIVATED',
  'RATE_LIMIT_EXCEEDED',
  'SESSION_ID_CONFLICT',
  'INVALID_SESSION_ID_FORMAT',
  'SESSION_ID_OPERATOR_MISMATCH',
  'SESSION_ID_EXPIRED',
  'SITE_NOT_FOUND',
  'SITE_INACTIVE',
  'APP_NOT_FOUND',
  'APP_INACTIVE',
  'APP_NOT_AUTHORIZED',
  'AUTHORIZATION_EXPIRED',
  'PLAYER_COUNT_OUT_OF_RANGE',
  'INSUFFICIENT_BALANCE',
  'SESSION_NOT_FOUND',
  'SERVICE_UNAVAILABLE',
  'INTERNAL_ERROR',
] as const
