import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from '../components/icon'
import { useText } from '../page-context'

type Rung =
  | 'shape'
  | 'key'
  | 'signature'
  | 'clock'
  | 'account'
  | 'rate'
  | 'replay'
  | 'session'
  | 'site'
  | 'application'
  | 'players'
  | 'balance'
type State = 'passed' | 'refused' | 'answered' | 'not_reached'

export type LadderStep = { rung: Rung; state: State; fact?: ComponentChildren }

const ICON: Record<State, IconName> = { passed: 'circle-check', refused: 'circle-x', answered: 'info', not_reached: 'circle' }

/** The checks of a game start in their order, each ticked, refused or never reached. */
export function Ladder({ steps }: { steps: readonly LadderStep[] }) {
  const t = useText()
  return (
    <ol class="ladder">
      {steps.map(({ rung, state, fact }) => (
        <li key={rung} class={`rung ${state}`}>
          <Icon name={ICON[state]} />
          <span class="rung-name">
            {t(`ladder.${rung}`)}
            {fact && <span class="rung-fact">{fact}</span>}
          </span>
          <span class={state === 'passed' ? 'sr-only' : 'rung-state'}>{t(`ladder.state.${state}`)}</span>
        </li>
      ))}
    </ol>
  )
}
