import type { ComponentChildren } from 'preact'
import { usePage, useText } from '../page-context'
import { Notice } from './notice'

export type FieldProps = {
  name: string
  label: string
  type?: 'text' | 'password' | 'email' | 'tel' | 'date'
  value?: string
  hint?: string
  error?: string
  optional?: boolean
  autocomplete: string
  inputMode?: 'numeric' | 'decimal' | 'tel' | 'email'
  maxLength?: number
}

/** One text field: label above, hint below, the error under the field and tied to it. */
export function Field({ name, label, type = 'text', value, hint, error, optional = false, ...input }: FieldProps) {
  const t = useText()
  return (
    <Labelled name={name} label={label} hint={hint} error={error} optional={optional}>
      <input
        id={name}
        name={name}
        // preact types each kind of input apart; the kinds used here share all their attributes.
        type={type as 'text'}
        value={value}
        required={!optional}
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={describedBy(name, hint, error)}
        spellcheck={false}
        autocapitalize="none"
        {...input}
      />
      {type === 'password' && (
        <button type="button" class="field-reveal" data-reveal={name} data-show={t('common.show')} data-hide={t('common.hide')} hidden>
          {t('common.show')}
        </button>
      )}
    </Labelled>
  )
}

type LabelledProps = Pick<FieldProps, 'name' | 'label' | 'hint' | 'error' | 'optional'> & { children: ComponentChildren }

/** A control of any kind with its label above, hint and error below. */
export function Labelled({ name, label, hint, error, optional = false, children }: LabelledProps) {
  const t = useText()
  return (
    <div class="field">
      <label for={name}>
        {label}
        {optional && <span class="muted"> ({t('form.optional')})</span>}
      </label>
      <div class="field-box">{children}</div>
      {hint && (
        <p class="field-hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="field-error" id={`${name}-error`}>
          {error}
        </p>
      )}
    </div>
  )
}

/** The ids of what describes a control: for `aria-describedby` inside `Labelled`. */
export const describedBy = (name: string, hint?: string, error?: string): string | undefined =>
  [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(' ') || undefined

type TextAreaProps = Pick<FieldProps, 'name' | 'label' | 'value' | 'hint' | 'error' | 'optional' | 'maxLength'> & { rows?: number }

/** Several lines of text, otherwise like `Field`. */
export function TextArea({ name, label, value, hint, error, optional = false, maxLength, rows = 3 }: TextAreaProps) {
  return (
    <Labelled name={name} label={label} hint={hint} error={error} optional={optional}>
      <textarea
        id={name}
        name={name}
        rows={rows}
        maxLength={maxLength}
        required={!optional}
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={describedBy(name, hint, error)}
      >
        {value}
      </textarea>
    </Labelled>
  )
}

type SelectProps = Pick<FieldProps, 'name' | 'label' | 'value' | 'hint' | 'error'> & {
  options: readonly { value: string; label: string }[]
}

/** One of a few, otherwise like `Field`. */
export function Select({ name, label, value, hint, error, options }: SelectProps) {
  return (
    <Labelled name={name} label={label} hint={hint} error={error}>
      <select id={name} name={name} required aria-invalid={error ? 'true' : undefined} aria-describedby={describedBy(name, hint, error)}>
        {options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>
            {option.label}
          </option>
        ))}
      </select>
    </Labelled>
  )
}

type FileProps = Pick<FieldProps, 'name' | 'label' | 'hint' | 'error' | 'optional'> & {
  /** Media types that the chooser offers; what was chosen is checked by its content. */
  accept: string
}

/** A file of the person's own, otherwise like `Field`; the form needs `encType="multipart/form-data"`. */
export function FileField({ name, label, hint, error, optional = false, accept }: FileProps) {
  return (
    <Labelled name={name} label={label} hint={hint} error={error} optional={optional}>
      <input
        id={name}
        name={name}
        type="file"
        accept={accept}
        required={!optional}
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={describedBy(name, hint, error)}
      />
    </Labelled>
  )
}

/** What is wrong with the form, above it, each with a link to its field; the page opens with the focus here. */
export function ErrorSummary({ errors }: { errors: readonly { name: string; label: string; message: string }[] }) {
  const t = useText()
  if (errors.length === 0) return null
  return (
    <Notice tone="bad" title={t('form.errors', { count: errors.length })} focus>
      <ul>
        {errors.map((error) => (
          <li key={error.name}>
            <a href={`#${error.name}`}>{error.label}</a> {error.message}
          </li>
        ))}
      </ul>
    </Notice>
  )
}

/** The primary button of a form; while the form is being sent it says so and cannot fire twice. */
export function SubmitButton({ children }: { children: ComponentChildren }) {
  const t = useText()
  return (
    <button type="submit" class="button primary" data-sending={t('form.sending')}>
      {children}
    </button>
  )
}

/** Goes into every POST form: proof that the form came from our own page. */
export function CsrfField() {
  const { csrfToken } = usePage()
  return csrfToken === null ? null : <input type="hidden" name="csrf_token" value={csrfToken} />
}
