import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import { OFFICE_FORMS, type OfficeForm } from '#src/core/office'
import { brokenRule, type FieldFault, Problem } from '#src/core/problem'
import { type Instant, iso } from '#src/core/time'
import { type Querying, rawSql, transaction, violatedConstraint } from '#src/platform/database'
import { type Flow, type FlowFault, faultsOf } from './path'
import { staffOf } from './world'

export type FlowVersion = { version: number; flow: Flow; authorName: string | null; createdAt: Instant }

/** The versions of a form's flow, newest first. */
export const flowVersions = (form: OfficeForm): Promise<FlowVersion[]> => rawSql()<FlowVersion[]>`
  SELECT f.version, f.flow, a.name AS "authorName", f.created_at AS "createdAt"
  FROM office_flows f LEFT JOIN admin_accounts a ON a.id = f.created_by WHERE f.form = ${form} ORDER BY f.version DESC LIMIT 50`

export type LatestFlow = FlowVersion & { form: OfficeForm }

/** Of each form the version in force. */
export const latestFlows = (): Promise<LatestFlow[]> => rawSql()<LatestFlow[]>`
  SELECT f.form, f.version, f.flow, a.name AS "authorName", f.created_at AS "createdAt"
  FROM unnest(${[...OFFICE_FORMS]}::text[]) WITH ORDINALITY AS known (form, at)
  JOIN office_flows f ON f.form = known.form AND f.version = (SELECT max(version) FROM office_flows v WHERE v.form = known.form)
  LEFT JOIN admin_accounts a ON a.id = f.created_by ORDER BY known.at`

/** The flow that a submission starts under. */
export async function latestFlow({ sql }: Querying, form: OfficeForm): Promise<{ version: number; flow: Flow }> {
  const [found] = await sql<{ version: number; flow: Flow }[]>`
    SELECT version, flow FROM office_flows WHERE form = ${form} ORDER BY version DESC LIMIT 1`
  return found!
}

/**
 * Saves a flow as the next version; cases that run keep theirs. Throws INVALID_PARAMS with every place because of which it leads nowhere,
 * and when somebody else has saved since `seen`.
 */
export async function saveFlow(
  form: OfficeForm,
  flow: Flow,
  seen: number,
  wordsOf: (fault: FlowFault) => FieldFault,
  act: PersonalAct,
): Promise<number> {
  try {
    return await transaction(async (tx) => {
      const { people } = await staffOf(tx, form, act.at)
      const faults = faultsOf(flow, people)
      if (faults.length > 0) throw new Problem('INVALID_PARAMS', faults.map(wordsOf), 'FLOW_NOWHERE')
      const latest = await latestFlow(tx, form)
      if (latest.version !== seen) throw brokenRule('FLOW_CHANGED', 'seen')
      const version = latest.version + 1
      await tx.sql`
        INSERT INTO office_flows (form, version, flow, created_by, created_at)
        VALUES (${form}, ${version}, ${JSON.stringify(flow)}::text::jsonb, ${act.actor.id}, ${iso(act.at)})`
      const details = { before: { version: latest.version, nodes: latest.flow.nodes.length }, after: { version, nodes: flow.nodes.length } }
      const target = { kind: 'office_flow', id: form as Uuid }
      await record(tx, { actor: act.actor, origin: act.origin, operation: 'office_flow_save', target, details }, act.at)
      return version
    })
  } catch (error) {
    if (violatedConstraint(error) === 'office_flows_pkey') throw brokenRule('FLOW_CHANGED', 'seen')
    throw error
  }
}
