SET LOCAL lock_timeout = '500ms';

-- How well game starts were answered. Each web process counts its calls on a sheet of its own for each minute and writes the sheet again,
-- whole, while it grows: writing twice changes nothing, and no charge ever waits for a counter. `latency` holds as many calls per step of
-- duration, the steps of src/service-level/latency.ts.
CREATE TABLE authorize_minutes (
  minute timestamptz NOT NULL,
  sheet uuid NOT NULL,
  outcome text NOT NULL,
  calls integer NOT NULL,
  latency integer[] NOT NULL,
  written_at timestamptz NOT NULL,
  PRIMARY KEY (minute, sheet, outcome),
  CONSTRAINT authorize_minutes_whole CHECK (extract(epoch FROM minute)::bigint % 60 = 0),
  CONSTRAINT authorize_minutes_outcome CHECK (outcome ~ '^[A-Za-z_]{2,64}$'),
  CONSTRAINT authorize_minutes_calls CHECK (calls > 0 AND cardinality(latency) = 21)
);

-- The minutes of an hour put together, by a job; made again while a minute of it still grows.
CREATE TABLE authorize_hours (
  hour timestamptz NOT NULL,
  outcome text NOT NULL,
  calls integer NOT NULL,
  latency integer[] NOT NULL,
  PRIMARY KEY (hour, outcome),
  CONSTRAINT authorize_hours_whole CHECK (extract(epoch FROM hour)::bigint % 3600 = 0),
  CONSTRAINT authorize_hours_calls CHECK (calls > 0 AND cardinality(latency) = 21)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON authorize_minutes, authorize_hours TO mr_app;
