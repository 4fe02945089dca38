import { showId, type Uuid } from '#src/core/ids'
import { formatYuan, ZERO } from '#src/core/money'
import type { PlainKey } from '#src/core/text'
import { ShortId } from '../components/copy'
import { CsrfField, ErrorSummary, Field, TextArea } from '../components/form'
import { Notice } from '../components/notice'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { Evidence, type LockEvidence } from './lock-evidence'
import { type OperatorHead, operatorPath, Refused, Standing, stateOf, wrongFields } from './operator-frame'

export type OperatorActProps = {
  act: 'lock' | 'unlock' | 'deactivate'
  operator: OperatorHead
  /** Of a locked account. */
  evidence: LockEvidence | null
  /** What is unfinished when an account is closed. */
  openItems: readonly { kind: 'refund' | 'invoice' | 'order'; id: Uuid }[]
  values: { reason: string; username: string }
  errors: Record<string, string>
  message: string | null
}

const EFFECTS = {
  lock: ['operators.lock.effect.sessions', 'operators.lock.effect.key', 'operators.lock.effect.money'],
  unlock: ['operators.unlock.effect.sessions', 'operators.unlock.effect.key'],
  deactivate: [
    'operators.deactivate.effect.sessions',
    'operators.deactivate.effect.key',
    'operators.deactivate.effect.history',
    'operators.deactivate.effect.final',
  ],
} as const satisfies Record<OperatorActProps['act'], readonly PlainKey[]>

/** `…/lock`, `…/unlock` and `…/deactivate`: what follows, why it is done, and the button that says the verb. */
export function OperatorActPage(props: OperatorActProps) {
  const t = useText()
  const { act, operator, evidence } = props
  return (
    <Layout
      title={t(`operators.${act}.title`)}
      note={<Standing of={operator} />}
      trail={[
        { href: '/admin/operators', label: t('operators.title') },
        { href: operatorPath(operator.id), label: operator.name },
      ]}
    >
      <div class={evidence ? 'columns even' : undefined}>
        <section class={evidence ? 'panel' : 'panel medium'}>
          <Refused message={props.message} />
          <p>
            <b>
              <bdi>
                {t(`operators.${act}.object`, { name: operator.name, username: operator.username, balance: formatYuan(operator.balance) })}
              </bdi>
            </b>
          </p>
          <ul class="bullets">
            {EFFECTS[act].map((effect) => (
              <li key={effect}>{t(effect)}</li>
            ))}
          </ul>
          <Barrier {...props} />
          {isPossible(props) && <ActForm {...props} />}
        </section>
        {evidence && <Evidence of={evidence} />}
      </div>
    </Layout>
  )
}

/** An act that has been done, or that money forbids, is said instead of offered. */
function isPossible({ act, operator }: OperatorActProps): boolean {
  const state = stateOf(operator)
  if (act === 'deactivate') return state !== 'deactivated' && operator.balance === ZERO
  return act === 'lock' ? state === 'active' : state === 'locked'
}

function Barrier({ act, operator, openItems }: OperatorActProps) {
  const t = useText()
  const state = stateOf(operator)
  if (act !== 'deactivate' || state === 'deactivated') {
    const done = act === 'deactivate' ? state === 'deactivated' : act === 'lock' ? state !== 'active' : state !== 'locked'
    return done ? (
      <Notice tone="info">
        <p>{t(`operators.already.${state}`)}</p>
      </Notice>
    ) : null
  }
  return (
    <>
      {operator.balance > ZERO && (
        <Notice tone="warn" title={t('operators.deactivate.balance', { balance: formatYuan(operator.balance) })}>
          <p>{t('operators.deactivate.balance.next')}</p>
        </Notice>
      )}
      {openItems.length > 0 && (
        <Notice tone="warn" title={t('operators.deactivate.open')}>
          <ul>
            {openItems.map(({ kind, id }) => (
              <li key={id}>
                {t(`account.close.open.${kind}`)} <ShortId id={showId(kind, id)} />
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  )
}

function ActForm({ act, operator, values, errors }: OperatorActProps) {
  const t = useText()
  const at = operatorPath(operator.id)
  const names = act === 'deactivate' ? (['username', 'reason'] as const) : (['reason'] as const)
  const wrong = wrongFields<'username' | 'reason'>(names, errors, (name) => t(`operators.${name}`))
  return (
    <>
      <ErrorSummary errors={wrong} />
      <form method="post" action={`${at}/${act}`} class="form" data-once noValidate={wrong.length > 0}>
        <CsrfField />
        {act === 'deactivate' && (
          <Field
            name="username"
            label={t('operators.username')}
            hint={t('operators.deactivate.username.hint', { username: operator.username })}
            value={values.username}
            error={errors.username}
            autocomplete="off"
            maxLength={20}
          />
        )}
        <TextArea
          name="reason"
          label={t('operators.reason')}
          hint={t(`operators.${act}.reason.hint`)}
          value={values.reason}
          error={errors.reason}
          maxLength={200}
        />
        <div class="form-actions">
          <button type="submit" class={act === 'unlock' ? 'button primary' : 'button danger'} data-sending={t('form.sending')}>
            {t(`operators.${act}.verb`)}
          </button>
          <a class="button" href={at}>
            {t('form.cancel')}
          </a>
        </div>
      </form>
    </>
  )
}
