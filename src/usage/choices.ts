import type { Uuid } from '#src/core/ids'
import { rawSql } from '#src/platform/database'

export type Choice = { id: Uuid; name: string; isGone: boolean }

/** What an operator's games can be narrowed to: its sites, deleted ones too, and every application it was ever granted. */
export async function usageChoices(operatorId: Uuid): Promise<{ sites: Choice[]; applications: Choice[] }> {
  const rows = await rawSql()<(Choice & { kind: 'site' | 'application' })[]>`
    SELECT 'site' AS kind, id, name, deleted_at IS NOT NULL AS "isGone" FROM operation_sites WHERE operator_id = ${operatorId}
    UNION ALL
    SELECT 'application', a.id, a.app_name, NOT a.is_active FROM applications a
    WHERE a.id IN (SELECT application_id FROM operator_app_authorizations WHERE operator_id = ${operatorId})
    ORDER BY 4, 3, 2`
  const of = (wanted: 'site' | 'application') => rows.flatMap(({ kind, ...choice }) => (kind === wanted ? [choice] : []))
  return { sites: of('site'), applications: of('application') }
}
