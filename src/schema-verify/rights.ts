import type { ISql } from 'postgres'
import type { CatalogueRow } from './catalogue'

type Sql = ISql<Record<string, never>>

/**
 * What the application's role and everybody (PUBLIC) may do, and what any other role may change: a role that only reads is the choice of
 * whoever runs the place. `*` stands for a right that may be passed on.
 */
export const readGrants = (sql: Sql): Promise<CatalogueRow[]> =>
  sql<CatalogueRow[]>`
    WITH held AS (
      SELECT 'grant ' || CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname AS object, c.relowner AS owner, acl.*
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) acl
      WHERE n.nspname IN ('public', 'graphile_worker') AND NOT (c.relispartition AND c.relname ~ '_y[0-9]{4}m[0-9]{2}$')
      UNION ALL
      SELECT 'grant ' || c.relname || '.' || a.attname, c.relowner, acl.*
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid, aclexplode(a.attacl) acl WHERE c.relnamespace = 'public'::regnamespace
      UNION ALL
      SELECT 'grant schema ' || n.nspname, n.nspowner, acl.* FROM pg_namespace n, aclexplode(n.nspacl) acl
      WHERE n.nspname IN ('public', 'graphile_worker') AND NOT (acl.grantee = 0 AND acl.privilege_type = 'USAGE')
      UNION ALL
      SELECT 'grant default ' || d.defaclobjtype::text, d.defaclrole, acl.* FROM pg_default_acl d, aclexplode(d.defaclacl) acl
      WHERE d.defaclnamespace IN (0, 'public'::regnamespace)
    ), named AS (
      SELECT object, privilege_type || CASE WHEN is_grantable THEN '*' ELSE '' END AS privilege,
             CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END AS role
      FROM held WHERE grantee <> owner AND NOT (object = 'grant schema public' AND grantee = (SELECT oid FROM pg_roles WHERE rolname = 'pg_database_owner'))
    )
    SELECT object || CASE role WHEN 'mr_app' THEN '' ELSE ' to ' || role END AS object, string_agg(privilege, ',' ORDER BY privilege) AS definition
    FROM named WHERE role IN ('mr_app', 'PUBLIC') OR privilege NOT IN ('SELECT', 'USAGE') GROUP BY object, role`

/**
 * The application's role itself, and settings of the database or a role that would change what our statements mean: with
 * session_replication_role = replica no trigger and no foreign key acts.
 */
export const readRoles = (sql: Sql): Promise<CatalogueRow[]> =>
  sql<CatalogueRow[]>`
    SELECT 'role ' || r.rolname AS object,
           format('superuser %s createrole %s createdb %s bypassrls %s replication %s', r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolbypassrls,
             r.rolreplication)
             || coalesce((SELECT ' member of ' || string_agg(pg_get_userbyid(m.roleid), ',' ORDER BY pg_get_userbyid(m.roleid))
                          FROM pg_auth_members m WHERE m.member = r.oid), '') AS definition
    FROM pg_roles r WHERE r.rolname = 'mr_app'
    UNION ALL
    SELECT 'setting ' || split_part(entry, '=', 1) || CASE s.setrole WHEN 0 THEN '' ELSE ' of ' || pg_get_userbyid(s.setrole) END, split_part(entry, '=', 2)
    FROM pg_db_role_setting s, unnest(s.setconfig) entry
    WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
      AND split_part(entry, '=', 1) IN ('session_replication_role', 'search_path', 'synchronous_commit', 'row_security', 'default_transaction_read_only',
        'default_transaction_isolation', 'transform_null_equals')`
