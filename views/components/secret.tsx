import { CopyButton } from './copy'

/** A key or password that is shown whole, to be copied; `id` ties it to its label. */
export const Secret = ({ id, label, value }: { id: string; label: string; value: string }) => (
  <div class="secret">
    <p class="secret-label" id={id}>
      {label}
    </p>
    <output class="secret-value" aria-labelledby={id}>
      {value}
    </output>
    <CopyButton value={value} words />
  </div>
)
