import type { ComponentChildren } from 'preact'

type RadiosProps = {
  legend: string
  name: string
  value: string
  options: readonly { value: string; label: string }[]
  /** Fields that belong to an option, each in a `data-for` that names it. */
  children?: ComponentChildren
}

/** One of a few, all in sight. */
export const Radios = ({ legend, name, value, options, children }: RadiosProps) => (
  <fieldset class="radios">
    <legend>{legend}</legend>
    <div class="radios-row">
      {options.map((option) => (
        <label key={option.value} class="check">
          <input type="radio" name={name} value={option.value} checked={option.value === value} />
          <span>{option.label}</span>
        </label>
      ))}
    </div>
    {children}
  </fieldset>
)
