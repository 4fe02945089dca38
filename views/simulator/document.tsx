import type { ComponentChildren } from 'preact'

type SimulatorDocumentProps = {
  title: string
  /** `wechat` or `alipay` on the phone, `desk` at the desk. */
  look: 'wechat' | 'alipay' | 'desk'
  /** Loads itself again after so many seconds. */
  refreshSeconds?: number
  children: ComponentChildren
}

/**
 * The simulated bank's own paper. It stands outside the product: no session, no theme of a person, and Chinese like the two apps that
 * it plays.
 */
export function SimulatorDocument({ title, look, refreshSeconds, children }: SimulatorDocumentProps) {
  return (
    <html lang="zh-CN">
      <head>
        <meta charset="utf-8" />
        <title>{title}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        {refreshSeconds !== undefined && <meta http-equiv="refresh" content={String(refreshSeconds)} />}
        <link rel="icon" href="/simulator.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/simulator.css" />
      </head>
      <body class={look}>{children}</body>
    </html>
  )
}
