SET LOCAL lock_timeout = '500ms';

-- Sums of usage_records, so that no page and no statistic ever reads a year of games. Written by the trigger below alone, in the
-- transaction of the charge itself: they are never late. Everything in them follows from usage_records (proof I17).

-- One row for each operator and business day: totals, trends, home pages.
CREATE TABLE usage_days (
  operator_id uuid NOT NULL,
  day date NOT NULL,
  sessions integer NOT NULL,
  players integer NOT NULL,
  total_fen bigint NOT NULL,
  PRIMARY KEY (operator_id, day),
  CONSTRAINT usage_days_sums CHECK (sessions > 0 AND players >= sessions AND total_fen >= players)
) WITH (fillfactor = 60);
CREATE INDEX usage_days_day ON usage_days (day);

-- The same by site, application and size of the party; players are sessions × player_count.
CREATE TABLE usage_parties (
  operator_id uuid NOT NULL,
  day date NOT NULL,
  site_id uuid NOT NULL,
  application_id uuid NOT NULL,
  player_count smallint NOT NULL,
  sessions integer NOT NULL,
  total_fen bigint NOT NULL,
  PRIMARY KEY (operator_id, day, site_id, application_id, player_count),
  CONSTRAINT usage_parties_sums CHECK (player_count BETWEEN 1 AND 100 AND sessions > 0 AND total_fen >= sessions * player_count)
) WITH (fillfactor = 80);

-- The same by hour, for the hours of the week.
CREATE TABLE usage_hours (
  operator_id uuid NOT NULL,
  hour timestamptz NOT NULL,
  site_id uuid NOT NULL,
  application_id uuid NOT NULL,
  sessions integer NOT NULL,
  players integer NOT NULL,
  total_fen bigint NOT NULL,
  PRIMARY KEY (operator_id, hour, site_id, application_id),
  CONSTRAINT usage_hours_sums CHECK (date_trunc('hour', hour, 'UTC') = hour AND sessions > 0 AND players >= sessions AND total_fen >= players)
) WITH (fillfactor = 80);

-- A charge holds its operator's lock, and every row here belongs to one operator: two charges never wait for each other here.
CREATE FUNCTION roll_up_usage() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  WITH days AS (
    INSERT INTO usage_days AS d (operator_id, day, sessions, players, total_fen)
    SELECT operator_id, (started_at AT TIME ZONE 'Asia/Shanghai')::date, count(*), sum(player_count), sum(total_fen)
    FROM added GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (operator_id, day) DO UPDATE
      SET sessions = d.sessions + excluded.sessions, players = d.players + excluded.players, total_fen = d.total_fen + excluded.total_fen
  ), parties AS (
    INSERT INTO usage_parties AS p (operator_id, day, site_id, application_id, player_count, sessions, total_fen)
    SELECT operator_id, (started_at AT TIME ZONE 'Asia/Shanghai')::date, site_id, application_id, player_count, count(*), sum(total_fen)
    FROM added GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (operator_id, day, site_id, application_id, player_count) DO UPDATE
      SET sessions = p.sessions + excluded.sessions, total_fen = p.total_fen + excluded.total_fen
  )
  INSERT INTO usage_hours AS h (operator_id, hour, site_id, application_id, sessions, players, total_fen)
  SELECT operator_id, date_trunc('hour', started_at, 'UTC'), site_id, application_id, count(*), sum(player_count), sum(total_fen)
  FROM added GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
  ON CONFLICT (operator_id, hour, site_id, application_id) DO UPDATE
    SET sessions = h.sessions + excluded.sessions, players = h.players + excluded.players, total_fen = h.total_fen + excluded.total_fen;
  RETURN NULL;
END $$;
CREATE TRIGGER roll_up_usage AFTER INSERT ON usage_records REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION roll_up_usage();

-- The games there are. The trigger's lock keeps new ones out until this is committed.
INSERT INTO usage_days
SELECT operator_id, (started_at AT TIME ZONE 'Asia/Shanghai')::date, count(*), sum(player_count), sum(total_fen)
FROM usage_records GROUP BY 1, 2;
INSERT INTO usage_parties
SELECT operator_id, (started_at AT TIME ZONE 'Asia/Shanghai')::date, site_id, application_id, player_count, count(*), sum(total_fen)
FROM usage_records GROUP BY 1, 2, 3, 4, 5;
INSERT INTO usage_hours
SELECT operator_id, date_trunc('hour', started_at, 'UTC'), site_id, application_id, count(*), sum(player_count), sum(total_fen)
FROM usage_records GROUP BY 1, 2, 3, 4;

-- Lists ask for one operator's games, of one application too. What crosses operators is answered by the sums above; a part of a day
-- over all of them by BRIN, which costs a charge nothing.
CREATE INDEX usage_records_operator_application ON usage_records (operator_id, application_id, started_at);
DROP INDEX usage_records_application;
CREATE INDEX usage_records_time ON usage_records USING brin (started_at) WITH (pages_per_range = 32);
-- What is no game is rare, and games are summed above: money in and out is found without reading past them.
CREATE INDEX transaction_records_other ON transaction_records (created_at) WHERE type <> 'consumption';

GRANT SELECT ON usage_days, usage_parties, usage_hours TO mr_app;
