import type { ComponentChildren } from 'preact'

type PanelProps = {
  title: string
  id: string
  /** Muted words at the right of the title. */
  note?: ComponentChildren
  /** No wider than a form needs. */
  medium?: boolean
  children: ComponentChildren
}

/** A titled card; its id is where tiles lead to. */
export const Panel = ({ title, id, note, medium = false, children }: PanelProps) => (
  <section class={medium ? 'panel medium' : 'panel'} id={id} aria-labelledby={`${id}-title`}>
    <div class="panel-head">
      <h2 id={`${id}-title`}>{title}</h2>
      {note && <p class="muted">{note}</p>}
    </div>
    {children}
  </section>
)
