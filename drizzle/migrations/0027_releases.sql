SET LOCAL lock_timeout = '500ms';

-- What was released and taken back, step by step. The command line writes as the owner; web and workers look.
CREATE TABLE deploy_log (
  id uuid PRIMARY KEY,
  kind text COLLATE "C" NOT NULL,
  from_version text COLLATE "C",
  to_version text COLLATE "C",
  started_by text NOT NULL,
  -- Machine and folder: one that is still open there while nobody holds the folder's lock was cut off.
  place text NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  result text COLLATE "C" NOT NULL DEFAULT 'running',
  steps jsonb NOT NULL DEFAULT '[]',
  failure text,
  -- The newest migration that the version knows: what tells whether it can live with a later schema.
  schema_head text COLLATE "C",
  -- Why a release went ahead without a proved backup.
  override_reason text,
  CONSTRAINT deploy_kind CHECK (kind IN ('release', 'rollback')),
  CONSTRAINT deploy_result CHECK (result IN ('running', 'succeeded', 'failed', 'undone')),
  CONSTRAINT deploy_finished CHECK ((result = 'running') = (finished_at IS NULL)),
  CONSTRAINT deploy_failure CHECK ((result IN ('failed', 'undone')) = (failure IS NOT NULL)),
  CONSTRAINT deploy_order CHECK (finished_at >= started_at),
  CONSTRAINT deploy_override CHECK (char_length(override_reason) BETWEEN 10 AND 200)
);
CREATE INDEX deploy_log_started ON deploy_log (started_at DESC, id DESC);
-- One at a time for a database, also when two machines try.
CREATE UNIQUE INDEX one_deploy_under_way ON deploy_log (result) WHERE result = 'running';
GRANT SELECT ON deploy_log TO mr_app;

-- A migration that takes away what older code uses names the first migration of the code that can live with it.
ALTER TABLE schema_migrations ADD COLUMN needs text;
