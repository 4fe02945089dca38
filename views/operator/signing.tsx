import { CopyButton } from '../components/copy'
import { CsrfField, Field, Select, SubmitButton, TextArea } from '../components/form'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { ApiKeyTabs } from './api-key-tabs'

type SigningLine = { name: 'timestamp' | 'method' | 'path' | 'body'; expected: string; given: string | null; same: boolean | null }
type Attempt = { timestamp: string; method: string; path: string; body: string; signed: string; signature: string }

const FINDINGS = [
  'right',
  'lines_differ',
  'key_decoded',
  'hex',
  'url_alphabet',
  'no_padding',
  'newline_at_end',
  'carriage_returns',
  'method_case',
  'path_without_query',
  'path_without_version',
  'whole_address',
  'body_left_out',
  'timestamp_ms',
  'unknown',
] as const

export type SigningProps = {
  /** A whole call of this operator, ready to be pasted into a shell; the key is read there and stands nowhere in it. */
  example: string
  values: Attempt
  errors: Partial<Record<keyof Attempt, string>>
  checked: { finding: (typeof FINDINGS)[number]; lines: readonly SigningLine[]; isStale: boolean } | null
}

/** `/operator/api-keys/signing`: how a call is signed, with the operator's own ids, and what is wrong with one that was refused. */
export function SigningPage({ example, values, errors, checked }: SigningProps) {
  const t = useText()
  return (
    <Layout title={t('apiKeys.tabs.signing')} trail={[{ href: '/operator/api-keys', label: t('nav.apiKeys') }]}>
      <ApiKeyTabs current="signing" />
      {checked && <Outcome of={checked} />}
      <Panel id="recipe" title={t('signing.recipe')}>
        <p>{t('signing.recipe.text')}</p>
        <pre class="code">{'{X-Timestamp}\n{METHOD}\n{path}\n{body}'}</pre>
        <ul class="bullets">
          {(['key', 'path', 'body', 'time'] as const).map((rule) => (
            <li key={rule}>{t(`signing.rule.${rule}`)}</li>
          ))}
        </ul>
      </Panel>
      <Panel id="example" title={t('signing.example')} note={<CopyButton value={example} words />}>
        <p class="muted">{t('signing.example.note')}</p>
        <Code of={example} />
      </Panel>
      <Checker values={values} errors={errors} />
    </Layout>
  )
}

const Code = ({ of }: { of: string }) => <pre class="code">{of}</pre>

function Outcome({ of }: { of: NonNullable<SigningProps['checked']> }) {
  const t = useText()
  const right = of.finding === 'right'
  return (
    <Panel id="outcome" title={t('signing.outcome')}>
      <Notice tone={right && !of.isStale ? 'ok' : right ? 'warn' : 'bad'} title={t(`signing.finding.${of.finding}`)} focus>
        {of.isStale && <p>{t('signing.stale')}</p>}
      </Notice>
      <div class="signed-lines">
        {of.lines.map((line) => (
          <div key={line.name} class={line.same === false ? 'signed-line differs' : 'signed-line'}>
            <p class="with-badge">
              <b>{t(`signing.line.${line.name}`)}</b>
              {line.same !== null && <StatusBadge noun="line" state={line.same ? 'same' : 'differs'} />}
            </p>
            <Code of={line.expected || t('signing.line.empty')} />
            {line.same === false && (
              <>
                <p class="muted">{t('signing.line.given')}</p>
                <Code of={line.given || t('signing.line.empty')} />
              </>
            )}
          </div>
        ))}
      </div>
    </Panel>
  )
}

function Checker({ values, errors }: Pick<SigningProps, 'values' | 'errors'>) {
  const t = useText()
  return (
    <Panel id="check" title={t('signing.check')}>
      <p class="muted">{t('signing.check.note')}</p>
      <form method="post" action="/operator/api-keys/signing" class="form" data-once>
        <CsrfField />
        <div class="form-columns">
          <Field
            name="timestamp"
            label="X-Timestamp"
            value={values.timestamp}
            error={errors.timestamp}
            autocomplete="off"
            inputMode="numeric"
            maxLength={20}
          />
          <Select
            name="method"
            label={t('signing.line.method')}
            value={values.method}
            options={['POST', 'GET'].map((value) => ({ value, label: value }))}
          />
        </div>
        <Field name="path" label={t('signing.line.path')} value={values.path} error={errors.path} autocomplete="off" maxLength={500} />
        <TextArea
          name="body"
          label={t('signing.line.body')}
          hint={t('signing.body.hint')}
          value={values.body}
          error={errors.body}
          optional
          maxLength={20_000}
        />
        <TextArea
          name="signed"
          label={t('signing.signed')}
          hint={t('signing.signed.hint')}
          value={values.signed}
          error={errors.signed}
          optional
          maxLength={20_000}
          rows={4}
        />
        <Field name="signature" label="X-Signature" value={values.signature} error={errors.signature} autocomplete="off" maxLength={200} />
        <div class="form-actions">
          <SubmitButton>{t('signing.check.verb')}</SubmitButton>
        </div>
      </form>
    </Panel>
  )
}
