import { formatYuan } from '#src/core/money'
import { type Language, type PlainKey, text } from '#src/core/text'
import { formatDateTime, formatMinute, type Instant } from '#src/core/time'
import { attachment } from '#src/platform/files'
import { pdfBytes } from '#src/platform/pdf'
import type { Entry, ShownCase, Step } from './shown'

/** A request on paper, as its page shows it: the entries, the way with who decided when, the files by name. */
export async function casePaper(shown: ShownCase, language: Language, at: Instant): Promise<Response> {
  const { row, applicantName, entries, steps, files } = shown
  const t = (key: PlainKey) => text(language, key)
  const bytes = await pdfBytes('office', {
    language,
    product: t('product.name'),
    title: t(`office.form.${row.form}`),
    number: row.number ?? '',
    state: t(`office.state.${row.status}`),
    printed: text(language, 'office.paper.printed', { time: formatDateTime(at) }),
    page: text(language, 'statement.page', { page: '{page}', pages: '{pages}' }),
    head: [
      [t('office.applicant'), applicantName],
      ...(row.department ? [[t('office.department'), row.department]] : []),
      ...(row.submittedAt ? [[t('office.begun'), formatMinute(row.submittedAt)]] : []),
    ],
    entries: entries.flatMap((entry) => plainEntry(entry, shown, language)),
    tables: entries.flatMap((entry) => tableOf(entry, shown, language)),
    flow: { title: t('office.flow'), steps: steps.map((step) => stepOf(step, language)) },
    files: { title: t('office.files'), names: files.map(({ name }) => name) },
  })
  return new Response(bytes, { headers: attachment(`${row.number ?? 'draft'}.pdf`, 'application/pdf') })
}

const label = ({ row }: ShownCase, name: string, language: Language): string =>
  text(language, `office.field.${row.form}.${name}` as PlainKey)

function plainEntry(entry: Entry, shown: ShownCase, language: Language): string[][] {
  if (entry.kind === 'goods' || entry.kind === 'work') return []
  const { form } = shown.row
  const value =
    entry.kind === 'money'
      ? formatYuan(entry.value)
      : entry.kind === 'choice'
        ? text(language, `office.choice.${form}.${entry.value}` as PlainKey)
        : entry.kind === 'half_days'
          ? text(language, 'office.days', { days: entry.value / 2 })
          : entry.value
  return [[label(shown, entry.name, language), value]]
}

/** A table of its own; its last `figures` columns are figures. */
function tableOf(entry: Entry, shown: ShownCase, language: Language) {
  const t = (key: PlainKey) => text(language, key)
  const title = label(shown, entry.name, language)
  if (entry.kind === 'goods') {
    const rows = entry.value.map(({ name, quantity, price, sum }) => [name, String(quantity), formatYuan(price), formatYuan(sum)])
    return [
      { title, head: [t('office.item.name'), t('office.item.quantity'), t('office.item.price'), t('office.item.sum')], rows, figures: 3 },
    ]
  }
  if (entry.kind !== 'work') return []
  const rows = entry.value.map(({ name, state }) => [name, t(`office.work.${state as 'open'}`)])
  return [{ title, head: [t('office.item.name'), t('office.item.state')], rows, figures: 0 }]
}

const stepOf = ({ name, kind, state, people }: Step, language: Language) => ({
  name: name ?? text(language, `office.node.${kind as 'confirm'}`),
  state: text(language, `office.step.${state}`),
  people: people.map((person) => ({
    name: person.forName ? `${person.name}${text(language, 'office.for', { name: person.forName })}` : person.name,
    did: text(language, `office.task.${person.status}`),
    at: person.at ? formatMinute(person.at) : '',
    comment: person.comment ?? '',
  })),
})
