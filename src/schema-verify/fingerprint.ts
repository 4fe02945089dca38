import type { ISql } from 'postgres'

/** Every object of schema public as `kind name` → its definition, in the same words on PostgreSQL 15 to 18. */
export type Fingerprint = Record<string, string>

export type Drift = { object: string; kind: 'missing' | 'changed' | 'extra'; expected?: string; actual?: string }

/**
 * Reads the catalogue: tables, columns, constraints (with NOT VALID), indexes (with INVALID), triggers, functions, sequences and the
 * rights of mr_app. Left out: monthly partitions, which come and go, and NOT NULL constraints, which only newer versions list.
 */
export async function readFingerprint(sql: ISql<Record<string, never>>): Promise<Fingerprint> {
  const rows = await sql<{ object: string; definition: string }[]>`
    WITH relations AS (
      SELECT c.oid, c.relname, c.relkind, c.relrowsecurity FROM pg_class c
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND c.relname !~ '_y[0-9]{4}m[0-9]{2}$'
    )
    SELECT 'table ' || relname AS object, 'kind ' || relkind::text || ' rls ' || relrowsecurity AS definition FROM relations
    UNION ALL
    SELECT 'column ' || r.relname || '.' || a.attname,
           format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
             || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') || CASE WHEN a.attidentity = '' THEN '' ELSE ' identity ' || a.attidentity::text END
             || CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation THEN ' collate ' || (SELECT collname FROM pg_collation WHERE oid = a.attcollation) ELSE '' END
    FROM pg_attribute a JOIN relations r ON r.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped AND r.relkind IN ('r', 'p')
    UNION ALL
    SELECT 'constraint ' || r.relname || '.' || x.conname, pg_get_constraintdef(x.oid) || CASE WHEN x.convalidated THEN '' ELSE ' NOT VALID' END
    FROM pg_constraint x JOIN relations r ON r.oid = x.conrelid WHERE x.contype IN ('c', 'f', 'p', 'u', 'x')
    UNION ALL
    SELECT 'index ' || i.relname, pg_get_indexdef(x.indexrelid) || CASE WHEN x.indisvalid THEN '' ELSE ' INVALID' END
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN relations r ON r.oid = x.indrelid
    UNION ALL
    SELECT 'trigger ' || r.relname || '.' || t.tgname, pg_get_triggerdef(t.oid) || ' enabled ' || t.tgenabled::text
    FROM pg_trigger t JOIN relations r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
    UNION ALL
    SELECT 'function ' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', md5(p.prosrc) || CASE WHEN p.prosecdef THEN ' security definer' ELSE '' END
             || coalesce(' ' || array_to_string(p.proconfig, ' '), '')
    FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 'grant ' || r.relname, string_agg(acl.privilege_type, ',' ORDER BY acl.privilege_type)
    FROM relations r JOIN pg_class c ON c.oid = r.oid, aclexplode(c.relacl) acl
    WHERE acl.grantee = (SELECT oid FROM pg_roles WHERE rolname = 'mr_app') GROUP BY r.relname
    UNION ALL
    SELECT 'grant ' || r.relname || '.' || a.attname, string_agg(acl.privilege_type, ',' ORDER BY acl.privilege_type)
    FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid, aclexplode(a.attacl) acl
    WHERE acl.grantee = (SELECT oid FROM pg_roles WHERE rolname = 'mr_app') GROUP BY r.relname, a.attname`
  return Object.fromEntries(rows.map(({ object, definition }) => [object, definition] as const).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** What the live database lacks, has otherwise, or has besides. */
export function compare(expected: Fingerprint, actual: Fingerprint): Drift[] {
  const drifts: Drift[] = []
  for (const [object, definition] of Object.entries(expected)) {
    if (!(object in actual)) drifts.push({ object, kind: 'missing', expected: definition })
    else if (actual[object] !== definition) drifts.push({ object, kind: 'changed', expected: definition, actual: actual[object] })
  }
  for (const [object, actualDefinition] of Object.entries(actual)) {
    if (!(object in expected)) drifts.push({ object, kind: 'extra', actual: actualDefinition })
  }
  return drifts
}
