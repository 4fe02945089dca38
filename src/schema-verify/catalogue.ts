import type { ISql } from 'postgres'

type Sql = ISql<Record<string, never>>
export type CatalogueRow = { object: string; definition: string }

/** Partitions of the request log come and go by month; anything else that only looks like one is a table like any other. */
const RELATIONS = (sql: Sql) => sql`
  relations AS (
    SELECT c.* FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
      AND NOT (c.relispartition AND c.relname ~ '_y[0-9]{4}m[0-9]{2}$')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'))`

/**
 * Tables, views, sequences and columns. Who owns them is told only where it is not the owner of schema_migrations: the name differs from
 * place to place. The order of columns does not count.
 */
export const readRelations = (sql: Sql): Promise<CatalogueRow[]> =>
  sql<CatalogueRow[]>`
    WITH ${RELATIONS(sql)}, home AS (SELECT relowner FROM pg_class WHERE oid = to_regclass('public.schema_migrations'))
    SELECT CASE c.relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'view ' WHEN 'S' THEN 'sequence ' ELSE 'table ' END || c.relname AS object,
           'kind ' || c.relkind::text || ' rls ' || c.relrowsecurity || CASE WHEN c.relforcerowsecurity THEN ' forced' ELSE '' END
             || CASE c.relpersistence WHEN 'p' THEN '' WHEN 'u' THEN ' unlogged' ELSE ' temporary' END
             || coalesce((SELECT ' with ' || string_agg(o, ',' ORDER BY o) FROM unnest(c.reloptions) o WHERE o !~ '^(autovacuum|toast)'), '')
             || coalesce(' partition by ' || CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END, '')
             || coalesce(' partition ' || CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END, '')
             || coalesce((SELECT ' child of ' || string_agg(i.inhparent::regclass::text, ',' ORDER BY i.inhparent::regclass::text)
                          FROM pg_inherits i WHERE i.inhrelid = c.oid), '')
             || CASE WHEN c.relkind IN ('v', 'm') THEN ' ' || md5(regexp_replace(pg_get_viewdef(c.oid), '\s+', ' ', 'g')) ELSE '' END
             || coalesce((SELECT format(' %s from %s by %s in %s to %s%s', format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin,
                            s.seqmax, CASE WHEN s.seqcycle THEN ' cycle' ELSE '' END) FROM pg_sequence s WHERE s.seqrelid = c.oid), '')
             || CASE WHEN c.relowner IS DISTINCT FROM home.relowner THEN ' owner ' || pg_get_userbyid(c.relowner) ELSE '' END AS definition
    FROM relations c LEFT JOIN home ON true
    UNION ALL
    SELECT 'column ' || r.relname || '.' || a.attname,
           format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
             || coalesce(CASE a.attgenerated WHEN '' THEN ' default ' ELSE ' generated ' || a.attgenerated::text || ' ' END || pg_get_expr(d.adbin, d.adrelid), '')
             || CASE WHEN a.attidentity = '' THEN '' ELSE ' identity ' || a.attidentity::text END
             || CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation
                  THEN ' collate ' || (SELECT collname FROM pg_collation WHERE oid = a.attcollation) ELSE '' END
    FROM pg_attribute a JOIN relations r ON r.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped AND r.relkind IN ('r', 'p', 'f')`

/**
 * What watches over rows: constraints (with NOT VALID and with triggers switched off under them), indexes (with INVALID), triggers,
 * policies and rules. NOT NULL stands with the column, since only newer versions list it as a constraint.
 */
export const readGuards = (sql: Sql): Promise<CatalogueRow[]> =>
  sql<CatalogueRow[]>`
    WITH ${RELATIONS(sql)}
    SELECT 'constraint ' || r.relname || '.' || x.conname AS object,
           pg_get_constraintdef(x.oid) || CASE WHEN x.convalidated THEN '' ELSE ' NOT VALID' END
             || CASE WHEN EXISTS (SELECT FROM pg_trigger t WHERE t.tgconstraint = x.oid AND t.tgenabled <> 'O') THEN ' SWITCHED OFF' ELSE '' END AS definition
    FROM pg_constraint x JOIN relations r ON r.oid = x.conrelid WHERE x.contype IN ('c', 'f', 'p', 'u', 'x')
    UNION ALL
    SELECT 'index ' || i.relname, pg_get_indexdef(x.indexrelid) || CASE WHEN x.indisvalid AND x.indisready AND x.indislive THEN '' ELSE ' INVALID' END
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN relations r ON r.oid = x.indrelid
    UNION ALL
    SELECT 'trigger ' || r.relname || '.' || t.tgname, pg_get_triggerdef(t.oid) || ' enabled ' || t.tgenabled::text
    FROM pg_trigger t JOIN relations r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
    UNION ALL
    SELECT 'policy ' || r.relname || '.' || p.polname,
           format('for %s %s to %s using %s check %s', p.polcmd, CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END,
             (SELECT string_agg(CASE WHEN o = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(o) END, ',') FROM unnest(p.polroles) o),
             coalesce(pg_get_expr(p.polqual, p.polrelid), '-'), coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '-'))
    FROM pg_policy p JOIN relations r ON r.oid = p.polrelid
    UNION ALL
    SELECT 'rule ' || r.relname || '.' || w.rulename, pg_get_ruledef(w.oid) FROM pg_rewrite w JOIN relations r ON r.oid = w.ev_class WHERE w.rulename <> '_RETURN'
    UNION ALL
    SELECT 'event trigger ' || evtname, evtevent || ' ' || evtfoid::regproc || ' enabled ' || evtenabled::text FROM pg_event_trigger`

/**
 * Functions with who may call them, types of our own, extensions that do more than watch, and the schema that the queue of deliveries
 * brings (its tables and functions, so that another version of it is seen as what it is).
 */
export const readCode = (sql: Sql): Promise<CatalogueRow[]> =>
  sql<CatalogueRow[]>`
    WITH ours AS (SELECT p.*, n.nspname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname IN ('public', 'graphile_worker') AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e'))
    SELECT CASE nspname WHEN 'public' THEN 'function ' ELSE 'queue function ' END || proname || '(' || pg_get_function_identity_arguments(oid) || ')' AS object,
           md5(prosrc) || ' ' || (SELECT lanname FROM pg_language l WHERE l.oid = prolang) || ' ' || provolatile::text
             || coalesce(' returns ' || pg_get_function_result(oid), '') || CASE WHEN prosecdef THEN ' security definer' ELSE '' END
             || coalesce(' ' || array_to_string(proconfig, ' '), '')
             || CASE WHEN nspname <> 'public' THEN '' ELSE coalesce(' execute ' || (
                  SELECT string_agg(CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(acl.grantee) END, ',' ORDER BY acl.grantee)
                  FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) acl WHERE acl.grantee <> proowner), '') END AS definition
    FROM ours
    UNION ALL
    SELECT 'type ' || t.typname, t.typtype::text || ' ' || coalesce(
             (SELECT string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid), format_type(t.typbasetype, t.typtypmod), '')
    FROM pg_type t WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd', 'r')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 'operator ' || o.oid::regoperator::text, coalesce(o.oprcode::text, '') FROM pg_operator o
    WHERE o.oprnamespace = 'public'::regnamespace AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = o.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 'extension ' || extname, 'installed' FROM pg_extension
    WHERE extname NOT IN ('pg_stat_statements', 'pg_buffercache', 'pgstattuple', 'pg_prewarm', 'amcheck', 'pageinspect', 'pg_visibility', 'auto_explain')
    UNION ALL
    SELECT 'queue table ' || c.relname, md5(string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ',' ORDER BY a.attname))
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE n.nspname = 'graphile_worker' AND c.relkind IN ('r', 'v') GROUP BY c.relname`
