import { isPlainKey } from '#src/core/text'
import { WALLET_CHECKS } from '../assets/wallet-check-flow.js'
import { usePage, useText } from '../page-context'
import { Panel } from './panel'
import { Badge } from './status-badge'

const STATES = [
  ['waiting', 'neutral'],
  ['running', 'info'],
  ['passed', 'ok'],
  ['failed', 'bad'],
] as const
const VERDICTS = ['running', 'passed', 'failed'] as const

/** The steps of the integration check, each waiting for the script that carries it out; `ownKey` starts it as soon as the page is there. */
export function WalletCheckSteps({ ownKey }: { ownKey: string | null }) {
  const t = useText()
  const { assets } = usePage()
  return (
    <Panel
      id="steps"
      title={t('wallets.check.steps')}
      note={
        <span role="status">
          {VERDICTS.map((verdict) => (
            <span key={verdict} data-verdict={verdict} hidden>
              {t(`wallets.check.verdict.${verdict}`)}
            </span>
          ))}
        </span>
      }
    >
      <noscript>
        <p>{t('wallets.check.needs')}</p>
      </noscript>
      <ol class="check-steps" data-wallet-check data-key={ownKey ?? undefined}>
        {WALLET_CHECKS.map((name) => (
          <li key={name} data-step={name} data-state="waiting">
            <span class="check-step-name">
              <StepName name={name} />
            </span>
            <span class="check-step-state">
              <span class="muted" data-took />
              {STATES.map(([state, tone]) => (
                <span key={state} data-when={state} hidden={state !== 'waiting'}>
                  <Badge tone={tone}>{t(`wallets.check.${state}`)}</Badge>
                </span>
              ))}
            </span>
            <p class="field-error" data-fault />
            <details data-exchanges hidden>
              <summary>{t('wallets.check.exchanges')}</summary>
              <pre />
            </details>
          </li>
        ))}
      </ol>
      <script type="module" src={assets['wallet-check.js']} />
    </Panel>
  )
}

function StepName({ name }: { name: string }) {
  const t = useText()
  const key = `wallets.check.step.${name}`
  return <>{isPlainKey(key) ? t(key) : name}</>
}
