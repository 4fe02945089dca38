import { showId } from '#src/core/ids'
import { Facts } from '../components/facts'
import { CsrfField, Field, Select, SubmitButton, TextArea } from '../components/form'
import { Name } from '../components/name'
import { Panel } from '../components/panel'
import { useText } from '../page-context'
import type { DifferenceCase } from './reconciliation-difference'
import { type ActionValue, differencePath } from './reconciliation-parts'

/** What was typed, shown again when it was wrong. */
type Typed = { action: string; reason: string; operator: string; owner: string; due_on: string; rejection: string; carry_reason: string }

export type DecisionProps = {
  difference: DifferenceCase
  /** What may be proposed; empty where nothing may. */
  actions: readonly ActionValue[]
  /** Whether the proposal has to say whose money it is. */
  asksOperator: boolean
  /** Whether the channel may be asked again. */
  maySettle: boolean
  mayResolve: boolean
  /** Whether the proposal is the reader's own. */
  isOwn: boolean
  typed: Typed
  errors: Readonly<Record<string, string>>
  message: string | null
}

/** What is to be done with a difference: propose, confirm as the second person, or carry it. */
export function Decision(props: DecisionProps) {
  const t = useText()
  const { difference, mayResolve } = props
  const isOpen = difference.state === 'open' || difference.state === 'carried'
  return (
    <div class="stack">
      {difference.state === 'proposed' && <Proposed {...props} />}
      {isOpen && mayResolve && props.maySettle && <Settle {...props} />}
      {isOpen && mayResolve && <Propose {...props} />}
      {isOpen && mayResolve && <Carry {...props} />}
      {difference.payout && (
        <p>
          <a href={`/finance/refunds/${showId('refund', difference.payout.refundId)}`}>{t('reconcile.link.refund')}</a>
        </p>
      )}
    </div>
  )
}

function Settle({ difference }: DecisionProps) {
  const t = useText()
  return (
    <Panel id="settle" title={t('reconcile.settle')}>
      <p class="muted">{t('reconcile.settle.note')}</p>
      <form method="post" action={`${differencePath(difference)}/settlement`} data-once>
        <CsrfField />
        <button type="submit" class="button" data-sending={t('form.sending')}>
          {t('reconcile.settle')}
        </button>
      </form>
    </Panel>
  )
}

function Propose({ difference, actions, asksOperator, typed, errors }: DecisionProps) {
  const t = useText()
  return (
    <Panel id="propose" title={t('reconcile.propose')} note={t('reconcile.propose.note')}>
      <form method="post" action={`${differencePath(difference)}/proposal`} class="form" data-once>
        <CsrfField />
        <Select
          name="action"
          label={t('reconcile.action')}
          value={typed.action}
          error={errors.action}
          options={actions.map((value) => ({ value, label: t(`reconcile.action.${value}`) }))}
        />
        {asksOperator && (
          <Field
            name="operator"
            label={t('reconcile.propose.operator')}
            value={typed.operator}
            hint={t('reconcile.propose.operator.hint')}
            error={errors.operator}
            autocomplete="off"
          />
        )}
        <TextArea
          name="reason"
          label={t('reconcile.reason')}
          value={typed.reason}
          hint={t('reconcile.reason.hint')}
          error={errors.reason}
          maxLength={500}
        />
        <div class="form-actions">
          <SubmitButton>{t('reconcile.propose')}</SubmitButton>
        </div>
      </form>
    </Panel>
  )
}

function Carry({ difference, typed, errors }: DecisionProps) {
  const t = useText()
  return (
    <Panel id="carry" title={t('reconcile.carry')} note={t('reconcile.carry.note')}>
      <form method="post" action={`${differencePath(difference)}/carrying`} class="form" data-once>
        <CsrfField />
        <Field name="owner" label={t('reconcile.carry.owner')} value={typed.owner} error={errors.owner} autocomplete="off" />
        <Field name="due_on" type="date" label={t('reconcile.carry.due')} value={typed.due_on} error={errors.due_on} autocomplete="off" />
        <TextArea
          name="carry_reason"
          label={t('reconcile.reason')}
          value={typed.carry_reason}
          error={errors.carry_reason}
          maxLength={500}
        />
        <div class="form-actions">
          <button type="submit" class="button" data-sending={t('form.sending')}>
            {t('reconcile.carry')}
          </button>
        </div>
      </form>
    </Panel>
  )
}

function Proposed({ difference, mayResolve, isOwn, typed, errors }: DecisionProps) {
  const t = useText()
  return (
    <Panel
      id="proposed"
      title={t('reconcile.proposed')}
      note={difference.proposerName && t('reconcile.proposed.by', { name: difference.proposerName })}
    >
      <Facts
        rows={[
          { label: t('reconcile.action'), value: difference.action && t(`reconcile.action.${difference.action}`) },
          ...(difference.actionOperator ? [{ label: t('reconcile.operator'), value: <Name of={difference.actionOperator} /> }] : []),
          { label: t('reconcile.reason'), value: <bdi class="prose">{difference.reason}</bdi> },
        ]}
      />
      {mayResolve && (isOwn ? <p class="muted">{t('reconcile.approve.own')}</p> : <Approve difference={difference} />)}
      {mayResolve && <Reject difference={difference} typed={typed} errors={errors} />}
    </Panel>
  )
}

function Approve({ difference }: Pick<DecisionProps, 'difference'>) {
  const t = useText()
  return (
    <form method="post" action={`${differencePath(difference)}/approval`} class="form" data-once>
      <CsrfField />
      <p>{t('reconcile.approve.what')}</p>
      <div class="form-actions">
        <SubmitButton>{t('reconcile.approve')}</SubmitButton>
      </div>
    </form>
  )
}

function Reject({ difference, typed, errors }: Pick<DecisionProps, 'difference' | 'typed' | 'errors'>) {
  const t = useText()
  return (
    <form method="post" action={`${differencePath(difference)}/rejection`} class="form" data-once>
      <CsrfField />
      <TextArea
        name="rejection"
        label={t('reconcile.reject.reason')}
        value={typed.rejection}
        hint={t('reconcile.reject.hint')}
        error={errors.rejection}
        maxLength={200}
        rows={2}
      />
      <div class="form-actions">
        <button type="submit" class="button" data-sending={t('form.sending')}>
          {t('reconcile.reject')}
        </button>
      </div>
    </form>
  )
}
