import type { ComponentChildren } from 'preact'

/** What is known about one thing, each with its name; `wide` puts them side by side where there is room. */
export const Facts = ({ rows, wide = false }: { rows: readonly { label: string; value: ComponentChildren }[]; wide?: boolean }) => (
  <dl class={wide ? 'facts wide' : 'facts'}>
    {rows.map((row) => (
      <div key={row.label}>
        <dt>{row.label}</dt>
        <dd>{row.value}</dd>
      </div>
    ))}
  </dl>
)
