import type { PlainKey } from '#src/core/text'
import { StatusBadge } from '../components/status-badge'
import { useText } from '../page-context'

/** Which of the four steps before the first game are done; the product ticks them itself. */
export type Setup = { site: boolean; recharge: boolean; grant: boolean; start: boolean }

/** Each step with the page that does it; null where the platform's people do it. */
const STEPS = [
  ['site', { href: '/operator/sites/new', label: 'sites.create' }],
  ['recharge', { href: '/operator/recharge', label: 'recharge.title' }],
  ['grant', { href: '/operator/applications/available', label: 'apps.ask' }],
  ['start', { href: '/operator/api-keys/signing', label: 'apiKeys.tabs.signing' }],
] as const satisfies readonly (readonly [keyof Setup, { href: string; label: PlainKey } | null])[]

/** What a new operator does next; gone after the first game. */
export function SetupGuide({ setup }: { setup: Setup }) {
  const t = useText()
  const done = STEPS.filter(([step]) => setup[step]).length
  if (done === STEPS.length) return null
  return (
    <section class="panel" aria-labelledby="setup-title">
      <div class="panel-head">
        <h2 id="setup-title">{t('operator.home.setup')}</h2>
        <p class="muted">{t('operator.home.setup.progress', { done, total: STEPS.length })}</p>
      </div>
      <ol class="steps">
        {STEPS.map(([step, page]) => (
          <li key={step} class={setup[step] ? 'step done' : 'step'}>
            <p class="step-head">
              <b>{t(`operator.home.setup.${step}`)}</b>
              <StatusBadge noun="step" state={setup[step] ? 'done' : 'open'} />
            </p>
            {!setup[step] && (
              <>
                <p>{t(`operator.home.setup.${step}.next`)}</p>
                {page && <a href={page.href}>{t(page.label)}</a>}
              </>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}
