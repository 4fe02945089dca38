import type { OfficeForm } from '#src/core/office'
import type { Instant } from '#src/core/time'
import type { Flow, FlowFault } from '#src/office/path'
import { DataTable } from '../components/data-table'
import { CsrfField, Field, Select } from '../components/form'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { NodeFields } from './flow-node'
import { OFFICE_PATH } from './words'

type Candidate = { id: string; name: string; department: string | null; mayDecide: boolean }

export type FlowEditorProps = {
  form: OfficeForm
  flow: Flow
  /** The version that the viewer started from: nobody overwrites somebody else's. */
  seen: number
  versions: readonly { version: number; authorName: string | null; createdAt: Instant }[]
  /** Of each approval node who decides and who is told, as options of a list. */
  codes: Readonly<Record<string, { approvers: readonly string[]; copies: readonly string[] }>>
  most: { approvers: number; ways: number }
  people: readonly Candidate[]
  departments: readonly string[]
  faults: readonly { name: string | null; what: FlowFault['what'] }[]
  sample: { amount: string; applicantId: string }
  /** The way of the sample; null where nobody asked. */
  preview:
    | readonly {
        key: string
        name: string
        mode: 'sequential' | 'all' | 'any'
        people: readonly { name: string; forName: string | null }[]
      }[]
    | null
  message: string | null
}

/** `/office/flows/:form`: the flow as one form. Each button sends all of it; without JavaScript nothing is different. */
export function FlowEditorPage(props: FlowEditorProps) {
  const { form, flow, seen, message, faults, people } = props
  const t = useText()
  const path = `${OFFICE_PATH}/flows/${form}`
  return (
    <Layout
      title={t('office.flow.of', { form: t(`office.form.${form}`) })}
      trail={[{ href: `${OFFICE_PATH}/flows`, label: t('office.flows') }]}
    >
      {message !== null && (
        <Notice tone="bad" focus>
          <p>{message}</p>
        </Notice>
      )}
      <Faults of={faults} />
      <form method="post" action={path} class="form" noValidate>
        <CsrfField />
        <input type="hidden" name="seen" value={String(seen)} />
        <input type="hidden" name="count" value={String(flow.nodes.length)} />
        <Panel id="nodes" title={t('office.flow.nodes')} note={t('office.flow.nodes.note')}>
          {/* Enter in a field sends the first button: looking ahead harms nothing. */}
          <button type="submit" class="sr-only" name="act" value="preview" tabIndex={-1}>
            {t('office.flow.preview')}
          </button>
          {flow.nodes.map((node, at) => (
            <NodeFields key={node.key} node={node} at={at} {...props} />
          ))}
          <div class="form-actions">
            <button type="submit" class="button" name="act" value="add-approval">
              {t('office.flow.add.approval')}
            </button>
            <button type="submit" class="button" name="act" value="add-branch">
              {t('office.flow.add.branch')}
            </button>
          </div>
          <Select
            name="administrator"
            label={t('office.flow.administrator')}
            hint={t('office.flow.administrator.hint')}
            value={flow.administratorId ?? ''}
            options={[
              { value: '', label: t('office.flow.administrator.none') },
              ...people.filter(({ mayDecide }) => mayDecide).map(({ id, name }) => ({ value: id, label: name })),
            ]}
          />
        </Panel>
        <Preview {...props} />
        <div class="form-actions">
          <button type="submit" class="button primary" name="act" value="save">
            {t('office.flow.save')}
          </button>
          <a class="button" href={`${OFFICE_PATH}/flows`}>
            {t('form.cancel')}
          </a>
        </div>
      </form>
      <Versions {...props} path={path} />
    </Layout>
  )
}

function Faults({ of }: { of: FlowEditorProps['faults'] }) {
  const t = useText()
  if (of.length === 0) return null
  return (
    <Notice tone="bad" title={t('office.flow.nowhere')}>
      <ul>
        {of.map(({ name, what }) => (
          <li key={`${name} ${what}`}>
            <bdi>
              {name && `${name}：`}
              {t(`office.fault.${what}`)}
            </bdi>
          </li>
        ))}
      </ul>
    </Notice>
  )
}

/** Whom a sample would go to, before anything is saved. */
function Preview({ sample, people, preview }: FlowEditorProps) {
  const t = useText()
  return (
    <Panel id="preview" title={t('office.flow.preview')}>
      <div class="office-slots">
        <Select
          name="sample_applicant"
          label={t('office.flow.sample.applicant')}
          value={sample.applicantId}
          options={people.map(({ id, name, department }) => ({ value: id, label: department ? `${name} · ${department}` : name }))}
        />
        <Field
          name="sample_amount"
          label={t('office.flow.sample.amount')}
          value={sample.amount}
          autocomplete="off"
          inputMode="decimal"
          maxLength={12}
          optional
        />
      </div>
      <div class="form-actions">
        <button type="submit" class="button" name="act" value="preview">
          {t('office.flow.preview')}
        </button>
      </div>
      {preview && (
        <ol class="office-steps" id="way">
          {preview.map((step) => (
            <li key={step.key}>
              <span class="muted">→</span>
              <p>
                <b>
                  <bdi>{step.name}</bdi>
                </b>{' '}
                <span class="muted">{step.people.length > 1 && t(`office.mode.${step.mode}`)}</span>{' '}
                {step.people.map(({ name, forName }) => (
                  <span key={name}>
                    <Name of={name} />
                    {forName && <span class="muted"> {t('office.for', { name: forName })}</span>}{' '}
                  </span>
                ))}
              </p>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  )
}

function Versions({ versions, path }: FlowEditorProps & { path: string }) {
  const t = useText()
  return (
    <Panel id="versions" title={t('office.flow.versions')} note={t('office.flow.versions.note')}>
      <DataTable
        compact
        caption={t('office.flow.versions')}
        rows={versions}
        rowKey={(row) => String(row.version)}
        empty={null}
        columns={[
          {
            head: t('office.flow.version'),
            cell: (row) => <a href={`${path}?version=${row.version}`}>{t('office.version', { version: row.version })}</a>,
          },
          {
            head: t('office.flow.author'),
            cell: (row) => (row.authorName ? <Name of={row.authorName} /> : t('office.flow.builtin')),
            wide: true,
          },
          { head: t('office.flow.since'), cell: (row) => <Moment at={row.createdAt} /> },
        ]}
      />
    </Panel>
  )
}
