import type { PlainKey } from '#src/core/text'
import { CopyButton } from '../components/copy'
import { DataTable } from '../components/data-table'
import { useText } from '../page-context'
import { PublicLayout } from '../public-layout'
import { ApiCode, ApiRoute, type DescribedRoute } from './api-route'

type Code = { code: string; status: number; retry: 'yes' | 'no' | 'cure'; words: readonly string[] }
type Example = {
  apiKey: string
  timestamp: string
  method: string
  path: string
  body: string
  bodyBytes: number
  toSignBytes: number
  sha256: string
  signature: string
  queryPath: string
  querySignature: string
  shell: string
}
export type ApiDocsProps = {
  version: string
  groups: readonly { audience: string; name: string; routes: readonly DescribedRoute[] }[]
  codes: readonly Code[]
  example: Example
}

/** `/docs`: the whole API on one page that needs nothing from elsewhere; the browser's own search finds everything on it. */
export function ApiDocsPage({ version, groups, codes, example }: ApiDocsProps) {
  const t = useText()
  return (
    <PublicLayout title={t('docs.title')} width="wide">
      <div class="docs">
        <Contents groups={groups} />
        <div class="docs-body">
          <header class="docs-head">
            <h1>{t('docs.title')}</h1>
            <p class="muted">{t('docs.lead', { version })}</p>
            <p>
              <a class="button" href="/openapi.json">
                {t('docs.openapi')}
              </a>
            </p>
          </header>
          <Conventions />
          <Signing example={example} />
          {groups.map((group) => (
            <section
              key={group.audience}
              class="docs-group"
              id={`group-${group.audience}`}
              aria-labelledby={`group-${group.audience}-title`}
            >
              <h2 id={`group-${group.audience}-title`}>{group.name}</h2>
              <p class="muted">{t(WHO[group.audience] ?? 'docs.who.public')}</p>
              {group.routes.map((route) => (
                <ApiRoute key={route.id} route={route} />
              ))}
            </section>
          ))}
          <Codes codes={codes} />
        </div>
      </div>
    </PublicLayout>
  )
}

const WHO: Readonly<Record<string, PlainKey>> = {
  client: 'docs.who.client',
  public: 'docs.who.public',
  anyone_signed_in: 'docs.who.anyone',
  operator: 'docs.who.operator',
  staff: 'docs.who.staff',
  admin: 'docs.who.admin',
  finance: 'docs.who.finance',
  analyst: 'docs.who.analyst',
}

/** Beside the page on a desktop; on a phone only the names of the parts, above it. */
function Contents({ groups }: Pick<ApiDocsProps, 'groups'>) {
  const t = useText()
  return (
    <nav class="docs-contents" aria-label={t('docs.contents')}>
      <ul>
        <li>
          <a href="#conventions">{t('docs.conventions')}</a>
        </li>
        <li>
          <a href="#signing">{t('docs.signing')}</a>
        </li>
        {groups.map((group) => (
          <li key={group.audience}>
            <a href={`#group-${group.audience}`}>{group.name}</a>
            <ul>
              {group.routes.map((route) => (
                <li key={route.id}>
                  <a href={`#${route.id}`}>{route.summary}</a>
                </li>
              ))}
            </ul>
          </li>
        ))}
        <li>
          <a href="#codes">{t('docs.codes')}</a>
        </li>
      </ul>
    </nav>
  )
}

/** The conventions, with the shape that the words are about. */
const RULES = [
  ['base', null],
  ['success', '{"success":true,"message"?,"data"}'],
  ['list', '{"success":true,"page","page_size","total","items":[]}'],
  ['error', '{"success":false,"error_code","message","details"?,"request_id"}'],
  ['id', null],
  ['money', null],
  ['time', null],
  ['signedIn', null],
  ['language', null],
  ['limits', null],
] as const

function Conventions() {
  const t = useText()
  return (
    <section class="docs-group" id="conventions" aria-labelledby="conventions-title">
      <h2 id="conventions-title">{t('docs.conventions')}</h2>
      <dl class="docs-rules">
        {RULES.map(([rule, shape]) => (
          <div key={rule}>
            <dt>{t(`docs.rule.${rule}`)}</dt>
            <dd>
              {shape && <code>{shape}</code>} {t(`docs.rule.${rule}.text`)}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function Signing({ example }: Pick<ApiDocsProps, 'example'>) {
  const t = useText()
  const rows = [
    ['X-Api-Key', example.apiKey],
    ['X-Timestamp', example.timestamp],
    [t('docs.signing.method'), `${example.method} ${example.path}`],
    [t('docs.signing.body', { bytes: example.bodyBytes }), example.body],
    [t('docs.signing.sha256', { bytes: example.toSignBytes }), example.sha256],
    ['X-Signature', example.signature],
    [`GET ${example.queryPath}`, example.querySignature],
  ] as const
  return (
    <section class="docs-group" id="signing" aria-labelledby="signing-title">
      <h2 id="signing-title">{t('docs.signing')}</h2>
      <p>{t('docs.signing.text')}</p>
      <ApiCode label={t('docs.signing.recipe')} text={RECIPE} />
      <ul class="docs-notes">
        <li>{t('docs.signing.path')}</li>
        <li>{t('docs.signing.key')}</li>
        <li>{t('docs.signing.clock')}</li>
        <li>
          {t('docs.signing.session')} <code>{SESSION_ID}</code>
        </li>
        <li>{t('docs.signing.replay')}</li>
      </ul>
      <h3>{t('docs.signing.example')}</h3>
      <dl class="docs-parts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <code>{value}</code>
              <CopyButton value={value} />
            </dd>
          </div>
        ))}
      </dl>
      <ApiCode label={t('docs.signing.shell')} text={example.shell} />
    </section>
  )
}

const SESSION_ID = '{operatorId}_{time}_{random}'

const RECIPE = `{X-Timestamp} LF {METHOD} LF {path} LF {raw body}
X-Signature = Base64(HMAC-SHA256(key = API key, text))`

function Codes({ codes }: Pick<ApiDocsProps, 'codes'>) {
  const t = useText()
  return (
    <section class="docs-group" id="codes" aria-labelledby="codes-title">
      <h2 id="codes-title">{t('docs.codes')}</h2>
      <p class="muted">{t('docs.codes.text')}</p>
      <div class="docs-route">
        <DataTable
          caption={t('docs.codes')}
          rows={codes}
          rowKey={(row) => row.code}
          empty={null}
          columns={[
            { head: t('docs.code'), cell: (row) => <code id={`code-${row.code}`}>{row.code}</code> },
            { head: t('docs.status'), cell: (row) => row.status },
            { head: t('docs.retry'), cell: (row) => t(`docs.retry.${row.retry}`) },
            {
              head: t('docs.words'),
              wide: true,
              // One place for all of them: as a card, a cell sets its parts side by side.
              cell: (row) => (
                <div>
                  {row.words.map((words) => (
                    <p key={words}>{words}</p>
                  ))}
                </div>
              ),
            },
          ]}
        />
      </div>
    </section>
  )
}
