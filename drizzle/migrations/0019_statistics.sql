SET LOCAL lock_timeout = '500ms';

-- Our people take out files of the consoles through the same queue: a file is an operator's or a person's of ours, never both. What
-- staff may take out is a list in the code, each kind with the permission it needs; for operators the list stands here.
ALTER TABLE exports ALTER COLUMN operator_id DROP NOT NULL;
ALTER TABLE exports ADD COLUMN staff_id uuid REFERENCES admin_accounts (id);
ALTER TABLE exports ADD CONSTRAINT export_owner CHECK (num_nonnulls(operator_id, staff_id) = 1);
ALTER TABLE exports DROP CONSTRAINT export_kind;
ALTER TABLE exports ADD CONSTRAINT export_kind CHECK (CASE WHEN staff_id IS NULL
  THEN kind IN ('usage', 'transactions', 'statistics', 'recharges', 'invoices') ELSE kind ~ '^[a-z_]{2,40}$' END);
CREATE INDEX exports_staff ON exports (staff_id, id) WHERE staff_id IS NOT NULL;

-- Statistics of the whole platform. The sums of games belong to one operator each, so that charges never wait for each other; a year of
-- all of them is millions of rows. Days that are over are put together once more, by a job after midnight, each in three ways, and whole
-- months in one; today comes from the sums themselves. Everything here follows from usage_parties and can be made again at any time.
CREATE TABLE statistics_days (
  day date PRIMARY KEY,
  sessions integer NOT NULL,
  players integer NOT NULL,
  total_fen bigint NOT NULL,
  made_at timestamptz NOT NULL,
  CONSTRAINT statistics_days_sums CHECK (sessions >= 0 AND players >= sessions AND total_fen >= players)
);
CREATE TABLE statistics_places (
  day date NOT NULL REFERENCES statistics_days (day) ON DELETE CASCADE,
  operator_id uuid NOT NULL,
  site_id uuid NOT NULL,
  application_id uuid NOT NULL,
  sessions integer NOT NULL,
  players integer NOT NULL,
  total_fen bigint NOT NULL,
  PRIMARY KEY (day, site_id, application_id)
);
CREATE TABLE statistics_site_parties (
  day date NOT NULL REFERENCES statistics_days (day) ON DELETE CASCADE,
  operator_id uuid NOT NULL,
  site_id uuid NOT NULL,
  player_count smallint NOT NULL,
  sessions integer NOT NULL,
  players integer NOT NULL,
  total_fen bigint NOT NULL,
  PRIMARY KEY (day, site_id, player_count)
);
CREATE TABLE statistics_application_parties (
  day date NOT NULL REFERENCES statistics_days (day) ON DELETE CASCADE,
  operator_id uuid NOT NULL,
  application_id uuid NOT NULL,
  player_count smallint NOT NULL,
  sessions integer NOT NULL,
  players integer NOT NULL,
  total_fen bigint NOT NULL,
  PRIMARY KEY (day, operator_id, application_id, player_count)
);
-- Months of which every day is made: what a year is read from.
CREATE TABLE statistics_months (
  month date PRIMARY KEY,
  sessions integer NOT NULL,
  made_at timestamptz NOT NULL,
  CONSTRAINT statistics_months_first CHECK (extract(day FROM month) = 1 AND sessions >= 0)
);
CREATE TABLE statistics_month_parties (
  month date NOT NULL REFERENCES statistics_months (month) ON DELETE CASCADE,
  operator_id uuid NOT NULL,
  site_id uuid NOT NULL,
  application_id uuid NOT NULL,
  player_count smallint NOT NULL,
  sessions integer NOT NULL,
  players integer NOT NULL,
  total_fen bigint NOT NULL,
  PRIMARY KEY (month, site_id, application_id, player_count)
);

GRANT SELECT, INSERT, DELETE ON statistics_days, statistics_places, statistics_site_parties, statistics_application_parties,
  statistics_months, statistics_month_parties TO mr_app;
