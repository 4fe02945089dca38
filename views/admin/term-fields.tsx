import { Field } from '../components/form'
import { MomentField } from '../components/moment-field'
import { Radios } from '../components/radios'
import { useText } from '../page-context'

export type TermValues = { term: 'forever' | 'until'; expires_at: string; note: string }
export type TermErrors = Partial<Record<'expires_at' | 'note', string>>

/** How long an authorisation is to last, and a note for our own people. */
export function TermFields({ values, errors }: { values: TermValues; errors: TermErrors }) {
  const t = useText()
  return (
    <>
      <Radios
        legend={t('grants.term')}
        name="term"
        value={values.term}
        options={(['forever', 'until'] as const).map((value) => ({ value, label: t(`grants.term.${value}`) }))}
      >
        <div data-for="until">
          <MomentField
            name="expires_at"
            type="date"
            label={t('grants.term.last')}
            hint={t('grants.term.last.hint')}
            value={values.expires_at}
            error={errors.expires_at}
          />
        </div>
      </Radios>
      <Field name="note" label={t('grants.note')} value={values.note} error={errors.note} optional autocomplete="off" maxLength={200} />
    </>
  )
}

/** What is wrong with them, for the summary above the form. */
export function useTermFaults(errors: TermErrors) {
  const t = useText()
  const labels = { expires_at: t('grants.term.last'), note: t('grants.note') }
  return (['expires_at', 'note'] as const).flatMap((name) => {
    const message = errors[name]
    return message === undefined ? [] : [{ name, label: labels[name], message }]
  })
}
