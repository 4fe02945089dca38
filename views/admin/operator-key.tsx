import { type Instant, iso } from '#src/core/time'
import { Facts } from '../components/facts'
import { CsrfField, ErrorSummary, TextArea } from '../components/form'
import { useMay } from '../components/may'
import { Moment } from '../components/moment'
import { Secret } from '../components/secret'
import { useText } from '../page-context'
import { OperatorFormFrame, type OperatorHead, operatorPath, Refused, wrongFields } from './operator-frame'

export type OperatorKeyProps = {
  act: 'view' | 'reset'
  operator: OperatorHead & { apiKeyGeneratedAt: Instant; previousApiKeyValidUntil: Instant | null }
  lastCall: { at: Instant; ip: string; siteName: string | null } | null
  /** In clear, right after the reason was given. */
  shown: { apiKey: string; generatedAt: Instant } | null
  /** After so many seconds the page with the key leaves by itself. */
  seconds: number
  values: { reason: string }
  errors: Record<string, string>
  message: string | null
}

const EFFECTS = {
  view: ['operators.key.effect.audit', 'operators.key.effect.hide'],
  reset: ['operators.key.effect.dead', 'operators.key.effect.message', 'operators.key.effect.audit'],
} as const

/** `…/api-key` and `…/api-key/reset`: the key for a reason that the audit log keeps. */
export function OperatorKeyPage(props: OperatorKeyProps) {
  const t = useText()
  const { act, operator, shown } = props
  return (
    <OperatorFormFrame operator={operator} title={t(`operators.key.${act}`)}>
      <Refused message={props.message} />
      {shown ? <ShownKey {...props} shown={shown} /> : <Asking {...props} />}
    </OperatorFormFrame>
  )
}

function ShownKey({ act, operator, shown, seconds }: OperatorKeyProps & { shown: NonNullable<OperatorKeyProps['shown']> }) {
  const t = useText()
  return (
    <div tabIndex={-1} data-focus>
      <p>{t(act === 'reset' ? 'operators.key.shown.new' : 'operators.key.shown.present')}</p>
      <Secret id="api-key-label" label={t('key.label')} value={shown.apiKey} />
      <p class="muted">
        {t('operators.key.generated')} <Moment at={shown.generatedAt} seconds /> · {t('operators.key.hides', { seconds })}
      </p>
      <p>
        <a class="button" href={operatorPath(operator.id)}>
          {t('operators.key.hide')}
        </a>
      </p>
    </div>
  )
}

function Asking({ act, operator, lastCall, values, errors }: OperatorKeyProps) {
  const t = useText()
  const may = useMay()
  const at = `${operatorPath(operator.id)}/api-key`
  const wrong = wrongFields(['reason'], errors, () => t('operators.reason'))
  return (
    <>
      <Facts rows={useKeyFacts(operator, lastCall)} />
      <ul class="bullets">
        {EFFECTS[act].map((effect) => (
          <li key={effect}>{t(effect)}</li>
        ))}
      </ul>
      <ErrorSummary errors={wrong} />
      <form method="post" action={act === 'reset' ? `${at}/reset` : at} class="form" data-once noValidate={wrong.length > 0}>
        <CsrfField />
        {act === 'reset' && <input type="hidden" name="replaces" value={iso(operator.apiKeyGeneratedAt)} />}
        <TextArea
          name="reason"
          label={t('operators.reason')}
          hint={t(`operators.key.${act}.reason.hint`)}
          value={values.reason}
          error={errors.reason}
          maxLength={200}
        />
        <div class="form-actions">
          <button type="submit" class={act === 'reset' ? 'button danger' : 'button primary'} data-sending={t('form.sending')}>
            {t(`operators.key.${act}.verb`)}
          </button>
          <a class="button" href={operatorPath(operator.id)}>
            {t('form.cancel')}
          </a>
          {act === 'view' && may('operator:apikey_reset') && <a href={`${at}/reset`}>{t('operators.key.reset')}</a>}
        </div>
      </form>
    </>
  )
}

function useKeyFacts(operator: OperatorKeyProps['operator'], lastCall: OperatorKeyProps['lastCall']) {
  const t = useText()
  const until = operator.previousApiKeyValidUntil
  return [
    { label: t('operators.key.generated'), value: <Moment at={operator.apiKeyGeneratedAt} seconds /> },
    {
      label: t('operators.key.lastUsed'),
      value: lastCall ? (
        <>
          <Moment at={lastCall.at} seconds /> · <code>{lastCall.ip}</code>
          {lastCall.siteName !== null && (
            <>
              {' '}
              · <bdi>{lastCall.siteName}</bdi>
            </>
          )}
        </>
      ) : (
        t('operators.key.never')
      ),
    },
    ...(until ? [{ label: t('operators.key.previous'), value: <Moment at={until} seconds /> }] : []),
  ]
}
