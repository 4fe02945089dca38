import { describedBy, type FieldProps, Labelled } from './form'

type MomentFieldProps = Pick<FieldProps, 'name' | 'label' | 'value' | 'hint' | 'error'> & { type: 'date' | 'datetime-local' }

/** A day, or a minute of a day, in Asia/Shanghai; otherwise like `Field`. */
export function MomentField({ name, label, type, value, hint, error }: MomentFieldProps) {
  return (
    <Labelled name={name} label={label} hint={hint} error={error}>
      <input
        id={name}
        name={name}
        // preact types each kind of input apart; the two used here share all their attributes.
        type={type as 'date'}
        value={value}
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={describedBy(name, hint, error)}
      />
    </Labelled>
  )
}
