import { showId, type Uuid } from '#src/core/ids'
import { formatYuan, type Money, yuan } from '#src/core/money'
import { type Instant, iso } from '#src/core/time'
import { CopyButton, ShortId } from '../components/copy'
import { Facts } from '../components/facts'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Panel } from '../components/panel'
import { Badge } from '../components/status-badge'
import { Layout } from '../layout'
import { type Say, useText } from '../page-context'
import { Duration } from './duration'
import { Ladder, type LadderStep } from './ladder'
import { explainPath, usageAddress } from './usage-address'

export type UsageRecordProps = {
  usage: {
    id: Uuid
    sessionId: string
    siteId: Uuid
    siteName: string
    siteDeletedAt: Instant | null
    applicationId: Uuid
    applicationName: string
    playerCount: number
    unitPrice: Money
    total: Money
    startedAt: Instant
    endedAt: Instant | null
    durationSeconds: number | null
    estimated: boolean | null
    authorizationToken: Uuid
    balanceAfter: Money
    clientIp: string
    ledger: { id: Uuid; seq: bigint; before: Money; after: Money; at: Instant; prevHash: string; hash: string; description: string }
  }
  steps: readonly LadderStep[]
}

/** `/operator/usage/:id`: one game, from its price to the row of the ledger that paid for it. */
export function UsageRecordPage({ usage, steps }: UsageRecordProps) {
  const t = useText()
  return (
    <Layout
      title={t('usage.detail')}
      trail={[{ href: '/operator/usage', label: t('nav.usage') }]}
      action={
        <a class="button" href={explainPath(usage.sessionId)}>
          {t('usage.why')}
        </a>
      }
    >
      <div class="columns even">
        <Charge usage={usage} />
        <Where usage={usage} />
      </div>
      <LedgerRow usage={usage} />
      <div class="columns even">
        <Panel id="ladder" title={t('usage.detail.ladder')} note={t('usage.detail.ladder.note')}>
          <Ladder steps={steps.map((step) => ({ ...step, fact: factOf(t, usage, step) }))} />
        </Panel>
        <Receipt usage={usage} />
      </div>
    </Layout>
  )
}

type Props = Pick<UsageRecordProps, 'usage'>

function Charge({ usage }: Props) {
  const t = useText()
  const formula = { players: usage.playerCount, price: formatYuan(usage.unitPrice), total: formatYuan(usage.total) }
  return (
    <Panel id="charge" title={t('usage.detail.charge')}>
      <p class="figure">
        <Yuan of={usage.total} />
      </p>
      <p id="formula">{t('usage.detail.formula', formula)}</p>
      <Facts
        rows={[
          { label: t('usage.detail.before'), value: <Yuan of={usage.ledger.before} /> },
          { label: t('usage.detail.amount'), value: <span class="money out">−{formatYuan(usage.total)}</span> },
          { label: t('usage.detail.after'), value: <Yuan of={usage.ledger.after} /> },
        ]}
      />
      <p class="muted">{t('usage.detail.priceNote')}</p>
    </Panel>
  )
}

function Where({ usage }: Props) {
  const t = useText()
  return (
    <Panel
      id="where"
      title={t('usage.detail.where')}
      note={<a href={usageAddress({ siteId: usage.siteId, applicationId: usage.applicationId })}>{t('usage.detail.similar')}</a>}
    >
      <Facts
        rows={[
          { label: t('usage.site'), value: <SiteLink usage={usage} /> },
          { label: t('usage.application'), value: <Name of={usage.applicationName} /> },
          { label: t('usage.detail.start'), value: <Moment at={usage.startedAt} seconds /> },
          { label: t('usage.detail.end'), value: <End usage={usage} /> },
          { label: t('usage.duration'), value: <Duration seconds={usage.durationSeconds} /> },
          { label: t('usage.session'), value: <ShortId id={usage.sessionId} /> },
          { label: t('usage.detail.id'), value: <ShortId id={showId('usage', usage.id)} /> },
          { label: t('usage.detail.ip'), value: <code>{usage.clientIp}</code> },
        ]}
      />
    </Panel>
  )
}

function SiteLink({ usage }: Props) {
  const t = useText()
  return (
    <span class="with-badge">
      <a href={`/operator/sites/${showId('site', usage.siteId)}`}>
        <Name of={usage.siteName} />
      </a>
      {usage.siteDeletedAt && <Badge tone="neutral">{t('usage.detail.siteGone')}</Badge>}
    </span>
  )
}

function End({ usage: { endedAt, estimated } }: Props) {
  const t = useText()
  if (!endedAt) return <span class="muted">{t('usage.detail.end.none')}</span>
  return (
    <span class="with-badge">
      <Moment at={endedAt} seconds />
      <Badge tone="neutral">{t(estimated ? 'usage.detail.end.estimated' : 'usage.detail.end.reported')}</Badge>
    </span>
  )
}

function LedgerRow({ usage: { ledger } }: Props) {
  const t = useText()
  return (
    <Panel id="ledger" title={t('usage.detail.ledger')} note={<LedgerNote />}>
      <Facts
        wide
        rows={[
          { label: t('usage.detail.seq'), value: <b id="ledger-seq">{String(ledger.seq)}</b> },
          { label: t('usage.detail.description'), value: <Name of={ledger.description} /> },
          { label: t('usage.detail.transaction'), value: <ShortId id={showId('transaction', ledger.id)} /> },
        ]}
      />
      <dl class="hashes">
        <dt>{t('usage.detail.prevHash')}</dt>
        <dd>
          <code>{ledger.prevHash}</code>
          <CopyButton value={ledger.prevHash} />
        </dd>
        <dt>{t('usage.detail.hash')}</dt>
        <dd>
          <code id="ledger-hash">{ledger.hash}</code>
          <CopyButton value={ledger.hash} />
        </dd>
      </dl>
    </Panel>
  )
}

function LedgerNote() {
  const t = useText()
  return (
    <>
      {t('usage.detail.ledger.note')} · <a href="/operator/ledger">{t('usage.detail.verify')}</a>
    </>
  )
}

/** The answer of the game start, rebuilt from the row: word for word what the headset server was told. */
function Receipt({ usage }: Props) {
  const t = useText()
  const receipt = {
    authorization_token: usage.authorizationToken,
    session_id: usage.sessionId,
    usage_id: showId('usage', usage.id),
    app_name: usage.applicationName,
    player_count: usage.playerCount,
    unit_price: yuan(usage.unitPrice),
    total_cost: yuan(usage.total),
    balance_after: yuan(usage.balanceAfter),
    authorized_at: iso(usage.startedAt),
  }
  const text = JSON.stringify(receipt, null, 2)
  return (
    <Panel id="receipt" title={t('usage.detail.receipt')}>
      <p class="muted">{t('usage.detail.receipt.note')}</p>
      <pre class="code">{text}</pre>
      <p>
        <CopyButton value={text} words />
      </p>
    </Panel>
  )
}

/** What stood on a rung when this game passed it, as far as the game itself remembers. */
export function factOf(t: Say, usage: UsageRecordProps['usage'], { rung, state }: LadderStep): string | undefined {
  if (state !== 'passed') return undefined
  if (rung === 'site') return t('ladder.fact.site', { name: usage.siteName })
  if (rung === 'application') return t('ladder.fact.site', { name: usage.applicationName })
  if (rung === 'players') return t('ladder.fact.players', { players: usage.playerCount })
  if (rung === 'session') return t('ladder.fact.session', { seconds: secondsApart(usage.sessionId, usage.startedAt) })
  if (rung !== 'balance') return undefined
  const { before, after } = usage.ledger
  return t('ladder.fact.balance', { before: formatYuan(before), total: formatYuan(usage.total), after: formatYuan(after) })
}

function secondsApart(sessionId: string, at: Instant): string {
  const time = /_(\d{10,13})_/.exec(sessionId)?.[1] ?? '0'
  const milliseconds = time.length === 10 ? Number(time) * 1_000 : Number(time)
  return (Math.abs(at.getTime() - milliseconds) / 1_000).toFixed(1)
}
