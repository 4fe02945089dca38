import type { PlainKey } from '#src/core/text'
import { Icon, type IconName } from '../components/icon'
import { useText } from '../page-context'
import { PublicLayout } from '../public-layout'

const DOORS: readonly { href: string; label: PlainKey; text: PlainKey; icon: IconName }[] = [
  { href: '/operator/login', label: 'role.operator', text: 'home.door.operator', icon: 'store' },
  { href: '/admin/login', label: 'role.admin', text: 'home.door.admin', icon: 'shield-check' },
  { href: '/finance/login', label: 'role.finance', text: 'home.door.finance', icon: 'landmark' },
  { href: '/admin/login?next=%2Fanalytics%2F', label: 'role.analyst', text: 'home.door.analyst', icon: 'chart-column' },
]

const STEPS = [
  ['home.how.1.title', 'home.how.1.text'],
  ['home.how.2.title', 'home.how.2.text'],
  ['home.how.3.title', 'home.how.3.text'],
] as const

/** `/`: what the product does, and the doors into it. */
export function PublicHomePage() {
  const t = useText()
  return (
    <PublicLayout title={t('home.doors')} width="wide">
      <div class="hero">
        <div class="hero-words">
          <h1>{t('home.title')}</h1>
          <p class="lead">{t('home.lead')}</p>
          <p class="hero-action">
            <a class="button primary large" href="/operator/register">
              {t('home.register')}
            </a>
            <span class="muted">{t('home.register.hint')}</span>
          </p>
        </div>
        <section class="doors" aria-labelledby="doors">
          <h2 id="doors">{t('home.doors')}</h2>
          <ul>
            {DOORS.map((door) => (
              <li key={door.href}>
                <a class="door" href={door.href}>
                  <Icon name={door.icon} size={20} />
                  <span class="door-words">
                    <b>{t(door.label)}</b>
                    <span class="muted">{t(door.text)}</span>
                  </span>
                  <Icon name="arrow-right" />
                </a>
              </li>
            ))}
          </ul>
        </section>
      </div>
      <section class="how" aria-labelledby="how">
        <h2 id="how">{t('home.how')}</h2>
        <ol>
          {STEPS.map(([title, words]) => (
            <li key={title}>
              <h3>{t(title)}</h3>
              <p>{t(words)}</p>
            </li>
          ))}
        </ol>
      </section>
    </PublicLayout>
  )
}
