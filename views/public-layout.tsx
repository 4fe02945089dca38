import type { ComponentChildren } from 'preact'
import { Brand } from './components/brand'
import { Preferences } from './components/preferences'
import { Document } from './document'

type PublicLayoutProps = {
  title: string
  width: 'narrow' | 'medium' | 'wide'
  /** Off where loading the page again would lose what it shows. */
  switches?: boolean
  children: ComponentChildren
}

/** The quiet frame of the pages that need no sign-in; on a phone the switches stand at its foot. */
export function PublicLayout({ title, width, switches = true, children }: PublicLayoutProps) {
  return (
    <Document title={title} bodyClass="public">
      <header class="public-top">
        <Brand href="/" />
        {switches && <Preferences />}
      </header>
      <main id="main" class={`public-main ${width}`} tabIndex={-1}>
        {children}
      </main>
      {switches && (
        <footer class="public-foot">
          <Preferences />
        </footer>
      )}
    </Document>
  )
}
