import type { PlainKey } from '#src/core/text'
import { CopyButton } from '../components/copy'
import { DataTable } from '../components/data-table'
import { useText } from '../page-context'

type Field = {
  name: string
  where: 'header' | 'path' | 'query' | 'body'
  required: boolean
  type: string
  format: string | null
  options: readonly string[]
  length: { min: number; max: number } | null
  range: { min: string | null; max: string | null } | null
  pattern: string | null
  fallback: string | null
}
export type DescribedRoute = {
  id: string
  method: string
  path: string
  summary: string
  permission: string | null
  fields: readonly Field[]
  request: string | null
  status: number
  answer: string | null
  files: readonly string[]
  errors: readonly { code: string; status: number }[]
}

/** One route: what it takes, what it answers, how it may refuse. */
export function ApiRoute({ route }: { route: DescribedRoute }) {
  const t = useText()
  return (
    <article class="docs-route" id={route.id} aria-labelledby={`${route.id}-title`}>
      <h3 id={`${route.id}-title`}>{route.summary}</h3>
      <p class="docs-line">
        <span class={`docs-method ${route.method.toLowerCase()}`}>{route.method}</span>
        <code>{route.path}</code>
        <CopyButton value={route.path} />
      </p>
      {route.permission && (
        <p class="muted">
          {t('docs.permission')} <code>{route.permission}</code>
        </p>
      )}
      {route.fields.length > 0 && <Fields fields={route.fields} />}
      {route.request && <ApiCode label={t('docs.request')} text={route.request} />}
      {route.answer && <ApiCode label={t('docs.answer', { status: route.status })} text={route.answer} />}
      {route.files.length > 0 && (
        <p>
          {t('docs.file', { status: route.status })} <code>{route.files.join(', ')}</code>
        </p>
      )}
      <p class="docs-errors">
        <span class="muted">{t('docs.errors')}</span>
        {route.errors.map(({ code, status }) => (
          <a key={code} href={`#code-${code}`}>
            {status} {code}
          </a>
        ))}
      </p>
    </article>
  )
}

function Fields({ fields }: { fields: readonly Field[] }) {
  const t = useText()
  return (
    <DataTable
      caption={t('docs.fields')}
      rows={fields}
      rowKey={(field) => `${field.where}.${field.name}`}
      empty={null}
      columns={[
        { head: t('docs.field'), cell: (field) => <code>{field.name}</code> },
        { head: t('docs.in'), cell: (field) => t(`docs.in.${field.where}`) },
        { head: t('docs.required'), cell: (field) => t(field.required ? 'docs.required.yes' : 'docs.required.no') },
        { head: t('docs.type'), cell: (field) => <code>{field.type}</code> },
        { head: t('docs.limits'), wide: true, cell: (field) => <Limits field={field} /> },
      ]}
    />
  )
}

const FORMATS: Readonly<Record<string, PlainKey>> = {
  id: 'docs.format.id',
  yuan: 'docs.format.yuan',
  'date-time': 'docs.format.time',
  date: 'docs.format.date',
  password: 'docs.format.password',
}

function Limits({ field }: { field: Field }) {
  const t = useText()
  const { length, range } = field
  const words = [
    field.format && FORMATS[field.format] && t(FORMATS[field.format]!),
    length && (length.min > 0 ? t('docs.length', length) : t('docs.length.max', { max: length.max })),
    range && [range.min, range.max].map((end) => end ?? '').join('–'),
    field.options.length > 0 && field.options.join(' / '),
    field.fallback !== null && t('docs.default', { value: field.fallback }),
  ].filter((part): part is string => Boolean(part))
  return (
    <>
      {words.join(t('docs.comma'))}
      {field.pattern && (
        <>
          {' '}
          <code>{field.pattern}</code>
        </>
      )}
    </>
  )
}

/** A piece of code to read and to copy. */
export const ApiCode = ({ label, text }: { label: string; text: string }) => (
  <figure class="docs-code">
    <figcaption>
      {label}
      <CopyButton value={text} />
    </figcaption>
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, and what scrolls has to be reached by keyboard */}
    <pre tabIndex={0}>
      <code>{text}</code>
    </pre>
  </figure>
)
