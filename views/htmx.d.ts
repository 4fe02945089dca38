import 'preact'

/** The htmx attributes in use; others are a type error until listed here, so a misspelt one cannot pass. */
declare module 'preact' {
  namespace JSX {
    interface HTMLAttributes {
      /** Sent with every htmx request below; without `:inherited` htmx 4 silently leaves it out. */
      'hx-headers:inherited'?: string
      'hx-get'?: string
      /** Never with a filter in brackets: that would be evaluated. */
      'hx-trigger'?: 'every 2s'
      'hx-target'?: `#${string}`
      'hx-select'?: `#${string}`
      'hx-swap'?: 'outerMorph'
    }
  }
}
