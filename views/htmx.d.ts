import 'preact'

/** The htmx attributes in use; others are a type error until listed here, so a misspelt one cannot pass. */
declare module 'preact' {
  namespace JSX {
    interface HTMLAttributes {
      /** Sent with every htmx request below; without `:inherited` htmx 4 silently leaves it out. */
      'hx-headers:inherited'?: string
    }
  }
}
