import type { ComponentChildren } from 'preact'
import { Brand } from './components/brand'
import { Preferences } from './components/preferences'
import { Document } from './document'

type PublicLayoutProps = {
  title: string
  width: 'narrow' | 'medium' | 'wide'
  children: ComponentChildren
}

/** The quiet frame of the pages that need no sign-in; on a phone the switches stand at its foot. */
export function PublicLayout({ title, width, children }: PublicLayoutProps) {
  return (
    <Document title={title} bodyClass="public">
      <header class="public-top">
        <Brand href="/" />
        <Preferences />
      </header>
      <main id="main" class={`public-main ${width}`} tabIndex={-1}>
        {children}
      </main>
      <footer class="public-foot">
        <Preferences />
      </footer>
    </Document>
  )
}
