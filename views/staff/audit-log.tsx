import type { ComponentChildren } from 'preact'
import { ShortId } from '../components/copy'
import { DataTable } from '../components/data-table'
import { Facts } from '../components/facts'
import { Moment } from '../components/moment'
import { Name } from '../components/name'
import { Panel } from '../components/panel'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { type AuditRowView, auditListPath, RoleName } from './audit-logs'
import { useValueWords } from './audit-values'
import { type Change, changesOf, factsOf, useConsole, useFieldName, useOperationName, useTargetName } from './audit-words'

export type AuditLogProps = {
  entry: AuditRowView & { userAgent: string | null; requestId: string | null; hash: string; prevHash: string }
  /** Whether more than the own rows may be looked at. */
  seesOthers: boolean
}

/** `/admin/audit-logs/:log_id`: one action with what it changed, where it came from and its link in the chain. */
export function AuditLogPage({ entry, seesOthers }: AuditLogProps) {
  const t = useText()
  const at = useConsole()
  const name = useOperationName()
  const changes = changesOf(entry.details)
  return (
    <Layout
      title={name(entry.operation)}
      note={<Moment at={entry.createdAt} seconds />}
      trail={[{ href: `${at}/audit-logs`, label: t('audit.title') }]}
    >
      <div class="columns even">
        <div class="stack">
          {changes.length > 0 && <Changes rows={changes} />}
          <Details of={entry.details} hasChange={changes.length > 0} />
        </div>
        <div class="stack">
          <Origin of={entry} />
          <Chain of={entry} />
          {seesOthers && <Others of={entry} at={at} />}
        </div>
      </div>
    </Layout>
  )
}

function Changes({ rows }: { rows: readonly Change[] }) {
  const t = useText()
  const name = useFieldName()
  return (
    <Panel id="change" title={t('audit.change')}>
      <DataTable
        compact
        caption={t('audit.change')}
        rows={rows}
        rowKey={(row) => row.field ?? 'value'}
        empty={null}
        columns={[
          { head: t('audit.change.field'), cell: (row) => name(row.field ?? 'value') },
          { head: t('audit.change.before'), cell: (row) => <Value field={row.field ?? ''} of={row.before} />, wide: true },
          {
            head: t('audit.change.after'),
            cell: (row) =>
              row.differs ? (
                <b>
                  <Value field={row.field ?? ''} of={row.after} />
                </b>
              ) : (
                <Value field={row.field ?? ''} of={row.after} />
              ),
            wide: true,
          },
        ]}
      />
    </Panel>
  )
}

/** Whatever stands there, as people read it; what is structured keeps its form. */
function Value({ field, of }: { field: string; of: unknown }): ComponentChildren {
  const t = useText()
  const words = useValueWords()
  if (of === null || of === undefined || of === '') return <span class="muted">{t('audit.change.none')}</span>
  const text = words(field, of)
  if (text === undefined)
    return (
      <pre class="code">
        <code>{JSON.stringify(of, null, 2).slice(0, MOST_LETTERS)}</code>
      </pre>
    )
  return <bdi class="prose">{text.slice(0, MOST_LETTERS)}</bdi>
}

const MOST_LETTERS = 4_000

function Details({ of, hasChange }: { of: Record<string, unknown>; hasChange: boolean }) {
  const t = useText()
  const name = useFieldName()
  const facts = factsOf(of)
  if (facts.length === 0 && hasChange) return null
  return (
    <Panel id="details" title={t('audit.details')}>
      {facts.length === 0 ? (
        <p class="muted">{t('audit.details.none')}</p>
      ) : (
        <Facts rows={facts.map(([field, value]) => ({ label: name(field), value: <Value field={field} of={value} /> }))} />
      )}
    </Panel>
  )
}

function Origin({ of }: { of: AuditLogProps['entry'] }) {
  const t = useText()
  const target = useTargetName()
  return (
    <Panel id="origin" title={t('audit.origin')}>
      <Facts
        rows={[
          { label: t('audit.who'), value: <Name of={of.actorName} /> },
          {
            label: t('audit.role'),
            value: of.actorKind === 'staff' ? <RoleName of={of.actorRole} /> : t(`audit.kind.${of.actorKind}`),
          },
          { label: t('audit.at'), value: <Moment at={of.createdAt} seconds /> },
          { label: t('audit.target'), value: of.targetKind === null ? '–' : target(of.targetKind) },
          { label: t('audit.targetId'), value: of.targetId === null ? '–' : <ShortId id={of.targetId} /> },
          { label: t('audit.code'), value: <code>{of.operation}</code> },
          { label: t('audit.ip'), value: of.ip === null ? '–' : <code>{of.ip}</code> },
          { label: t('audit.userAgent'), value: of.userAgent === null ? '–' : <Name of={of.userAgent} /> },
          { label: t('common.requestId'), value: of.requestId === null ? '–' : <ShortId id={of.requestId} /> },
        ]}
      />
    </Panel>
  )
}

function Chain({ of }: { of: AuditLogProps['entry'] }) {
  const t = useText()
  return (
    <Panel id="chain" title={t('audit.chain')}>
      <Facts
        rows={[
          { label: t('audit.seq'), value: String(of.seq) },
          { label: t('audit.prevHash'), value: <ShortId id={of.prevHash} /> },
          { label: t('audit.hash'), value: <ShortId id={of.hash} /> },
        ]}
      />
    </Panel>
  )
}

function Others({ of, at }: { of: AuditLogProps['entry']; at: string }) {
  const t = useText()
  if (of.targetId === null && of.actorId === null) return null
  return (
    <p class="search-line">
      {of.targetId !== null && <a href={auditListPath(at, { about: of.targetId })}>{t('audit.same.target')}</a>}{' '}
      {of.actorId !== null && of.actorKind === 'staff' && <a href={auditListPath(at, { who: of.actorId })}>{t('audit.same.actor')}</a>}
    </p>
  )
}
