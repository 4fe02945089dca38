import type { Step, StepPerson } from '#src/office/shown'
import { Icon } from '../components/icon'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { TONE_ICONS, type Tone } from '../components/notice'
import { useText } from '../page-context'

const TONES: Record<Step['state'], Tone> = { done: 'ok', current: 'info', ahead: 'neutral', stopped: 'warn' }

/** The way of a request, drawn as steps: each with its rule, and who did what when. */
export function FlowSteps({ of }: { of: readonly Step[] }) {
  const t = useText()
  if (of.length === 0) return <p class="muted">{t('office.flow.none')}</p>
  return (
    <ol class="office-steps">
      {of.map((step) => (
        <li key={step.key} class={step.state} aria-current={step.state === 'current' ? 'step' : undefined}>
          <span class={`timeline-mark ${TONES[step.state]}`}>
            <Icon name={step.state === 'current' ? 'loader-circle' : TONE_ICONS[TONES[step.state]]} />
          </span>
          <div>
            <p>
              <b>{step.name === null ? t(`office.node.${step.kind as 'confirm'}`) : <bdi>{step.name}</bdi>}</b>{' '}
              <span class="muted">
                {t(`office.step.${step.state}`)}
                {step.mode && step.people.length > 1 && ` · ${t(`office.mode.${step.mode}`)}`}
              </span>
            </p>
            <ul>
              {step.people.map((person) => (
                <li key={`${person.name} ${person.at} ${person.status}`}>
                  <Person of={person} />
                </li>
              ))}
            </ul>
          </div>
        </li>
      ))}
    </ol>
  )
}

function Person({ of }: { of: StepPerson }) {
  const t = useText()
  return (
    <>
      <Name of={of.name} />
      {of.forName && <span class="muted"> {t('office.for', { name: of.forName })}</span>}{' '}
      <span class="muted">
        {t(`office.task.${of.status}`)} {of.at && <Moment at={of.at} />}
      </span>
      {of.comment && (
        <p class="office-comment">
          <bdi>{of.comment}</bdi>
        </p>
      )}
    </>
  )
}
