import type { ComponentChildren } from 'preact'
import { Icon } from './components/icon'
import { usePage, useText } from './page-context'

type DocumentProps = {
  title: string
  bodyClass: string
  /** htmx is loaded only where something is swapped. */
  htmx?: boolean
  children: ComponentChildren
}

/** The document around every page: head, skip link and the strip that names the environment. */
export function Document({ title, bodyClass, htmx = false, children }: DocumentProps) {
  const { language, theme, assets, csrfToken } = usePage()
  const t = useText()
  return (
    <html lang={language === 'zh' ? 'zh-CN' : 'en'} data-theme={theme === 'auto' ? undefined : theme}>
      <head>
        <meta charset="utf-8" />
        <title>{`${title} · ${t('product.name')}`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="color-scheme" content={theme === 'auto' ? 'light dark' : theme} />
        <link rel="icon" href={assets['favicon.svg']} type="image/svg+xml" />
        <link rel="stylesheet" href={assets['app.css']} />
        <link rel="stylesheet" href={assets['print.css']} media="print" />
        {htmx && <script src={assets['htmx.min.js']} defer />}
        <script src={assets['app.js']} defer />
      </head>
      <body class={bodyClass} hx-headers:inherited={htmx && csrfToken ? JSON.stringify({ 'x-csrf-token': csrfToken }) : undefined}>
        <a class="skip-link" href="#main">
          {t('shell.skip')}
        </a>
        <EnvironmentStrip />
        {children}
      </body>
    </html>
  )
}

function EnvironmentStrip() {
  const { environment, gatewayDesk } = usePage()
  const t = useText()
  if (environment === 'production') return null
  return (
    <aside class="environment" aria-label={t('shell.environment')}>
      <Icon name="triangle-alert" />
      {t(`shell.environment.${environment}`)}
      <a href="/simulator/mails">{t('mails.link')}</a>
      {gatewayDesk && <a href={gatewayDesk}>{t('shell.gatewayDesk')}</a>}
    </aside>
  )
}
