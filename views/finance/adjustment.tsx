import { showId, type Uuid } from '#src/core/ids'
import { formatYuan, type Money, minus, plus, ZERO } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { ConfirmForm } from '../components/confirm'
import { ShortId } from '../components/copy'
import { Facts } from '../components/facts'
import { CsrfField, TextArea } from '../components/form'
import { Icon } from '../components/icon'
import { Movement, Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Timeline, type TimelineEvent } from '../components/timeline'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { ADJUSTMENTS_PATH, type AdjustmentRowView, adjustmentPath, newAdjustmentPath, signed } from './adjustments'

type AdjustmentView = AdjustmentRowView & {
  operatorId: Uuid
  username: string
  balance: Money
  needsSecond: boolean
  submittedAt: Instant | null
  decidedAt: Instant | null
  rejectReason: string | null
  correctsId: Uuid | null
  proofSha256: string | null
  transactionId: Uuid | null
  seq: bigint | null
  balanceBefore: Money | null
  balanceAfter: Money | null
}

export type AdjustmentProps = {
  adjustment: AdjustmentView
  /** Above this a second person agrees. */
  limit: Money
  /** Entered by whoever looks. */
  isOwn: boolean
  mayCreate: boolean
  values: { reason: string }
  errors: { reason?: string }
  message: string | null
}

/** `/finance/adjustments/:id`: what was entered, what it would do, and what whoever looks may do about it. */
export function AdjustmentPage(props: AdjustmentProps) {
  const t = useText()
  const { adjustment, message } = props
  return (
    <Layout
      title={t(`adjustments.${adjustment.direction}.title`, { amount: formatYuan(adjustment.amount) })}
      trail={[{ href: ADJUSTMENTS_PATH, label: t('adjustments.title') }]}
    >
      {message !== null && (
        <Notice tone="bad" title={t('adjustments.refused')} focus>
          <p>{message}</p>
        </Notice>
      )}
      <div class="columns even">
        <Panel id="adjustment" title={t('adjustments.entered')} note={<StatusBadge noun="adjustment" state={adjustment.status} />}>
          <Entered of={adjustment} />
        </Panel>
        <div class="stack">
          <Decision {...props} />
          <Panel id="timeline" title={t('adjustments.timeline')}>
            <Timeline events={useEvents(adjustment)} />
          </Panel>
        </div>
      </div>
    </Layout>
  )
}

function Entered({ of }: { of: AdjustmentView }) {
  const t = useText()
  const rows = [
    {
      label: t('adjustments.operator'),
      value: (
        <>
          <Name of={of.operatorName} /> <span class="cell-more">{of.username}</span>
        </>
      ),
    },
    { label: t('adjustments.amount'), value: <Movement of={signed(of)} /> },
    { label: t('adjustments.reason'), value: <bdi class="prose">{of.reason}</bdi> },
  ]
  if (of.balanceBefore !== null && of.balanceAfter !== null)
    rows.push({ label: t('adjustments.balance.moved'), value: <Moved from={of.balanceBefore} to={of.balanceAfter} /> })
  if (of.transactionId) rows.push({ label: t('adjustments.transaction'), value: <ShortId id={showId('transaction', of.transactionId)} /> })
  if (of.seq !== null) rows.push({ label: t('adjustments.seq'), value: <>{String(of.seq)}</> })
  if (of.correctsId) rows.push({ label: t('adjustments.corrects'), value: <ShortId id={showId('transaction', of.correctsId)} /> })
  rows.push({ label: t('adjustments.proof'), value: of.proofSha256 ? <ProofLink of={of} /> : <bdi>{t('adjustments.proof.none')}</bdi> })
  if (of.proofSha256) rows.push({ label: t('adjustments.proof.digest'), value: <code class="break">{of.proofSha256}</code> })
  rows.push({ label: t('adjustments.id'), value: <ShortId id={showId('adjustment', of.id)} /> })
  return <Facts rows={rows} />
}

const ProofLink = ({ of }: { of: AdjustmentView }) => {
  const t = useText()
  return (
    <a href={`${adjustmentPath(of.id)}/proof`}>
      <Icon name="file-text" /> {t('adjustments.proof.open')}
    </a>
  )
}

const Moved = ({ from, to }: { from: Money; to: Money }) => (
  <span class="running">
    <Yuan of={from} />
    <Icon name="arrow-right" />
    <Yuan of={to} />
  </span>
)

/** What whoever looks may do now; nothing for those who may not, and nothing once it is decided. */
function Decision(props: AdjustmentProps) {
  const t = useText()
  const { adjustment, mayCreate, isOwn, limit } = props
  if (!mayCreate) return null
  if (adjustment.status === 'booked') return <PutRight of={adjustment} />
  if (adjustment.status === 'draft') return isOwn ? <Submit {...props} /> : null
  if (adjustment.status !== 'waiting') return null
  if (!isOwn) return <Review {...props} />
  return (
    <Panel id="decision" title={t('adjustments.waits')}>
      <p>{t('adjustments.waits.own', { limit: formatYuan(limit) })}</p>
      <Withdraw of={adjustment} />
    </Panel>
  )
}

const after = ({ balance, direction, amount }: AdjustmentView): Money =>
  direction === 'in' ? plus(balance, amount) : minus(balance, amount)

/** From what to what the balance goes if nothing else moves it first. */
function Effect({ of }: { of: AdjustmentView }) {
  const t = useText()
  if (after(of) < ZERO)
    return (
      <Notice tone="bad" title={t('adjustments.short')}>
        <p>{t('adjustments.short.next', { balance: formatYuan(of.balance) })}</p>
      </Notice>
    )
  return (
    <p>
      {t('adjustments.effect', { name: of.operatorName })} <Moved from={of.balance} to={after(of)} />
    </p>
  )
}

function Submit({ adjustment, limit }: AdjustmentProps) {
  const t = useText()
  const waits = adjustment.amount > limit
  const amount = formatYuan(adjustment.amount)
  return (
    <Panel id="decision" title={t('adjustments.check')}>
      <ConfirmForm
        id="submission"
        action={`${adjustmentPath(adjustment.id)}/submission`}
        verb={waits ? t('adjustments.submit', { amount }) : t(`adjustments.${adjustment.direction}.title`, { amount })}
        back={ADJUSTMENTS_PATH}
        tone="primary"
      >
        <Effect of={adjustment} />
        <p>{waits ? t('adjustments.submit.waits', { limit: formatYuan(limit) }) : t('adjustments.submit.now')}</p>
      </ConfirmForm>
      <Withdraw of={adjustment} />
    </Panel>
  )
}

function Review({ adjustment, values, errors }: AdjustmentProps) {
  const t = useText()
  const amount = formatYuan(adjustment.amount)
  return (
    <>
      <Panel id="decision" title={t('adjustments.confirm')}>
        <ConfirmForm
          id="confirmation"
          action={`${adjustmentPath(adjustment.id)}/confirmation`}
          verb={t(`adjustments.${adjustment.direction}.confirm`, { amount })}
          back={ADJUSTMENTS_PATH}
          tone="primary"
        >
          <Effect of={adjustment} />
          <p>{t('adjustments.confirm.what', { name: adjustment.creatorName })}</p>
        </ConfirmForm>
      </Panel>
      <Panel id="reject" title={t('adjustments.reject')}>
        <form method="post" action={`${adjustmentPath(adjustment.id)}/rejection`} class="form" data-once noValidate>
          <CsrfField />
          <TextArea
            name="reason"
            label={t('adjustments.reject.reason')}
            hint={t('adjustments.reject.hint')}
            value={values.reason}
            error={errors.reason}
            maxLength={200}
          />
          <div class="form-actions">
            <button type="submit" class="button danger" data-sending={t('form.sending')}>
              {t('adjustments.reject')}
            </button>
          </div>
        </form>
      </Panel>
    </>
  )
}

const Withdraw = ({ of }: { of: AdjustmentView }) => {
  const t = useText()
  return (
    <form method="post" action={`${adjustmentPath(of.id)}/withdrawal`} class="form" data-once>
      <CsrfField />
      <div class="form-actions">
        <button type="submit" class="button" data-sending={t('form.sending')}>
          {t(of.status === 'draft' ? 'adjustments.discard' : 'adjustments.withdraw')}
        </button>
      </div>
    </form>
  )
}

/** A mistake is not undone: another adjustment the other way puts it right and names it. */
function PutRight({ of }: { of: AdjustmentView }) {
  const t = useText()
  if (!of.transactionId) return null
  return (
    <Panel id="decision" title={t('adjustments.wrong')}>
      <p class="muted">{t('adjustments.wrong.what')}</p>
      <div class="form-actions">
        <a class="button" href={`${newAdjustmentPath(of.operatorId)}&corrects=${showId('transaction', of.transactionId)}`}>
          {t('adjustments.wrong.act')}
        </a>
      </div>
    </Panel>
  )
}

function useEvents(of: AdjustmentView): TimelineEvent[] {
  const t = useText()
  const creator = <Name of={of.creatorName} />
  const decider = of.deciderName && <Name of={of.deciderName} />
  const events: TimelineEvent[] = [
    { key: 'entered', at: of.createdAt, tone: 'neutral', title: t('adjustments.timeline.entered'), actor: creator },
  ]
  if (of.submittedAt && of.needsSecond)
    events.push({ key: 'submitted', at: of.submittedAt, tone: 'info', title: t('adjustments.timeline.submitted'), actor: creator })
  if (of.status === 'waiting')
    events.push({ key: 'waiting', at: null, tone: 'warn', icon: 'loader-circle', title: t('adjustments.timeline.waiting') })
  if (of.status === 'booked')
    events.push({ key: 'booked', at: of.decidedAt, tone: 'ok', title: t('adjustments.timeline.booked'), actor: decider })
  if (of.status === 'withdrawn')
    events.push({ key: 'withdrawn', at: of.decidedAt, tone: 'neutral', title: t('adjustments.timeline.withdrawn'), actor: decider })
  if (of.status === 'rejected')
    events.push({
      key: 'rejected',
      at: of.decidedAt,
      tone: 'bad',
      title: t('adjustments.timeline.rejected'),
      actor: decider,
      children: <p class="prose">{of.rejectReason}</p>,
    })
  return events.reverse()
}
