import type { PlainKey } from '#src/core/text'
import { type Theme, usePage, useText } from '../page-context'
import { Icon, type IconName } from './icon'

const THEMES: readonly { theme: Theme; label: PlainKey; icon: IconName }[] = [
  { theme: 'auto', label: 'shell.theme.auto', icon: 'monitor' },
  { theme: 'light', label: 'shell.theme.light', icon: 'sun' },
  { theme: 'dark', label: 'shell.theme.dark', icon: 'moon' },
]

const LANGUAGES = [
  { language: 'zh', tag: 'zh-CN', label: '中文' },
  { language: 'en', tag: 'en', label: 'EN' },
] as const

/** Language and appearance as plain links, so that they work without JavaScript. */
export function Preferences() {
  const { language, theme, path } = usePage()
  const t = useText()
  // An unpaired surrogate in the address would make encodeURIComponent throw.
  const next = encodeURIComponent(path.toWellFormed())
  return (
    <div class="preferences">
      <ul class="segments" aria-label={t('shell.language')}>
        {LANGUAGES.map((row) => (
          <li key={row.language}>
            <a
              href={`/language?to=${row.language}&next=${next}`}
              lang={row.tag}
              aria-current={row.language === language ? 'true' : undefined}
            >
              {row.label}
            </a>
          </li>
        ))}
      </ul>
      <ul class="segments" aria-label={t('shell.theme')}>
        {THEMES.map((row) => (
          <li key={row.theme}>
            <a
              href={`/theme?to=${row.theme}&next=${next}`}
              title={t(row.label)}
              aria-label={t(row.label)}
              aria-current={row.theme === theme ? 'true' : undefined}
              data-theme-choice={row.theme}
            >
              <Icon name={row.icon} />
            </a>
          </li>
        ))}
      </ul>
    </div>
  )
}
