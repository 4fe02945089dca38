SET LOCAL lock_timeout = '500ms';

-- Who decides on a form: each change is a version of its own, and a case keeps the one that it was submitted under.
CREATE TABLE office_flows (
  form text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  flow jsonb NOT NULL,
  -- Null: it came with the product.
  created_by uuid REFERENCES admin_accounts (id),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (form, version),
  CONSTRAINT flow_form CHECK (form IN ('baoxiao', 'qingjia', 'caigou', 'duiwai_fukuan', 'gongzuo_jiaojie')),
  CONSTRAINT flow_version CHECK (version >= 1)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON office_flows EXECUTE FUNCTION refuse_change();

-- The first version of each: the head of the department, and above 5,000 yuan an administrator besides.
INSERT INTO office_flows (form, version, flow, created_at)
SELECT form, 1, CASE WHEN form IN ('qingjia', 'gongzuo_jiaojie') THEN jsonb_build_object('administratorId', NULL, 'nodes', jsonb_build_array(head))
  ELSE jsonb_build_object('administratorId', NULL, 'nodes', jsonb_build_array(head, amount, seat)) END, now()
FROM unnest(ARRAY['baoxiao', 'qingjia', 'caigou', 'duiwai_fukuan', 'gongzuo_jiaojie']) AS form,
  (SELECT '{"key":"n1","kind":"approval","name":"部门负责人","mode":"any","approvers":[{"kind":"head"}],"copies":[],"next":null}'::jsonb AS head,
    '{"key":"n2","kind":"branch","name":"按金额","ways":[{"overFen":"500000","departments":[],"to":"n3"}],"otherwise":"end"}'::jsonb AS amount,
    '{"key":"n3","kind":"approval","name":"总经办","mode":"any","approvers":[{"kind":"seat","seat":"super_admin"}],"copies":[],"next":null}'::jsonb AS seat) AS usual
ON CONFLICT (form, version) DO NOTHING;

-- Numbers are dense for each form and day.
CREATE TABLE office_numbers (
  form text COLLATE "C" NOT NULL,
  day date NOT NULL,
  last integer NOT NULL,
  PRIMARY KEY (form, day),
  CONSTRAINT office_number_form CHECK (form IN ('baoxiao', 'qingjia', 'caigou', 'duiwai_fukuan', 'gongzuo_jiaojie')),
  CONSTRAINT office_number_range CHECK (last BETWEEN 1 AND 9999)
);

CREATE TABLE office_cases (
  id uuid PRIMARY KEY,
  form text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL DEFAULT 'draft',
  number text COLLATE "C",
  applicant_id uuid NOT NULL REFERENCES admin_accounts (id),
  -- What the applicant has typed so far, while it can be changed.
  draft jsonb,
  -- As it was submitted: the department then, what it is about in money, the version and the nodes on its way.
  department text,
  amount_fen bigint,
  flow_version integer,
  chosen_id uuid REFERENCES admin_accounts (id),
  path text[] NOT NULL DEFAULT '{}',
  step integer NOT NULL DEFAULT 0,
  -- Each entry of a node is a round of its own.
  round integer NOT NULL DEFAULT 0,
  reminded_at timestamptz,
  submitted_at timestamptz,
  decided_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT one_case_per_number UNIQUE (number),
  CONSTRAINT case_flow FOREIGN KEY (form, flow_version) REFERENCES office_flows (form, version),
  CONSTRAINT case_form CHECK (form IN ('baoxiao', 'qingjia', 'caigou', 'duiwai_fukuan', 'gongzuo_jiaojie')),
  CONSTRAINT case_status CHECK (status IN ('draft', 'submitted', 'returned', 'rejected', 'withdrawn', 'approved', 'paid')),
  CONSTRAINT case_paid CHECK (status <> 'paid' OR form = 'duiwai_fukuan'),
  CONSTRAINT case_number CHECK (number ~ '^(BX|QJ|CG|FK|JJ)-[0-9]{8}-[0-9]{4}$'),
  CONSTRAINT case_amount CHECK (amount_fen > 0),
  CONSTRAINT case_submitted CHECK ((status = 'draft') = (number IS NULL) AND (number IS NULL) = (submitted_at IS NULL)
    AND (number IS NULL) = (flow_version IS NULL)),
  CONSTRAINT case_draft CHECK (draft IS NOT NULL OR status NOT IN ('draft', 'returned', 'rejected'))
);
CREATE INDEX office_cases_applicant ON office_cases (applicant_id, id);
CREATE INDEX office_cases_status ON office_cases (form, status, id);
CREATE TRIGGER guard_states BEFORE UPDATE OF status ON office_cases FOR EACH ROW WHEN (OLD.status <> NEW.status)
  EXECUTE FUNCTION guard_states('{"draft":["submitted"],"submitted":["approved","rejected","returned","withdrawn"],"returned":["submitted","withdrawn"],"rejected":["submitted"],"approved":["paid"],"withdrawn":[],"paid":[]}');
-- Only what was never submitted can be thrown away.
CREATE FUNCTION guard_office_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'office_cases: a case that was submitted stays' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER guard_removal BEFORE DELETE ON office_cases FOR EACH ROW WHEN (OLD.status <> 'draft') EXECUTE FUNCTION guard_office_case();
CREATE TRIGGER guard_office_case BEFORE UPDATE ON office_cases FOR EACH ROW
  WHEN ((NEW.id, NEW.form, NEW.applicant_id, NEW.created_at) IS DISTINCT FROM (OLD.id, OLD.form, OLD.applicant_id, OLD.created_at)
    OR (OLD.number IS NOT NULL AND NEW.number IS DISTINCT FROM OLD.number))
  EXECUTE FUNCTION guard_office_case();

-- The five forms, as they were last submitted.
CREATE TABLE baoxiao_shenqing (
  case_id uuid PRIMARY KEY REFERENCES office_cases (id),
  category text COLLATE "C" NOT NULL,
  amount_fen bigint NOT NULL,
  occurred_on date NOT NULL,
  description text NOT NULL,
  CONSTRAINT baoxiao_category CHECK (category IN ('travel', 'transport', 'meals', 'supplies', 'entertainment', 'other')),
  CONSTRAINT baoxiao_amount CHECK (amount_fen BETWEEN 1 AND 99999999),
  CONSTRAINT baoxiao_description CHECK (char_length(description) BETWEEN 5 AND 500)
);
CREATE TABLE qingjia_shenqing (
  case_id uuid PRIMARY KEY REFERENCES office_cases (id),
  kind text COLLATE "C" NOT NULL,
  from_on date NOT NULL,
  to_on date NOT NULL,
  half_days integer NOT NULL,
  reason text NOT NULL,
  stand_in_id uuid REFERENCES admin_accounts (id),
  CONSTRAINT qingjia_kind CHECK (kind IN ('annual', 'personal', 'sick', 'compensatory', 'other')),
  CONSTRAINT qingjia_days CHECK (from_on <= to_on AND half_days BETWEEN 1 AND 2 * (to_on - from_on + 1)),
  CONSTRAINT qingjia_reason CHECK (char_length(reason) BETWEEN 5 AND 500)
);
CREATE INDEX qingjia_days ON qingjia_shenqing (to_on, from_on);
CREATE TABLE caigou_shenqing (
  case_id uuid PRIMARY KEY REFERENCES office_cases (id),
  items jsonb NOT NULL,
  amount_fen bigint NOT NULL,
  supplier text NOT NULL,
  needed_on date NOT NULL,
  purpose text NOT NULL,
  CONSTRAINT caigou_items CHECK (jsonb_typeof(items) = 'array' AND jsonb_array_length(items) BETWEEN 1 AND 20),
  CONSTRAINT caigou_amount CHECK (amount_fen BETWEEN 1 AND 9999999999),
  CONSTRAINT caigou_words CHECK (char_length(supplier) BETWEEN 2 AND 100 AND char_length(purpose) BETWEEN 5 AND 500)
);
CREATE TABLE duiwai_fukuan_shenqing (
  case_id uuid PRIMARY KEY REFERENCES office_cases (id),
  payee text NOT NULL,
  bank text NOT NULL,
  account text COLLATE "C" NOT NULL,
  amount_fen bigint NOT NULL,
  purpose text NOT NULL,
  contract_no text,
  due_on date NOT NULL,
  CONSTRAINT duiwai_fukuan_words CHECK (char_length(payee) BETWEEN 2 AND 100 AND char_length(bank) BETWEEN 2 AND 100
    AND char_length(purpose) BETWEEN 5 AND 500 AND char_length(contract_no) BETWEEN 1 AND 64),
  CONSTRAINT duiwai_fukuan_account CHECK (account ~ '^[0-9]{5,34}$'),
  CONSTRAINT duiwai_fukuan_amount CHECK (amount_fen BETWEEN 1 AND 9999999999)
);
CREATE TABLE gongzuo_jiaojie (
  case_id uuid PRIMARY KEY REFERENCES office_cases (id),
  receiver_id uuid NOT NULL REFERENCES admin_accounts (id),
  scope text NOT NULL,
  items jsonb NOT NULL,
  from_on date NOT NULL,
  CONSTRAINT gongzuo_jiaojie_scope CHECK (char_length(scope) BETWEEN 5 AND 500),
  CONSTRAINT gongzuo_jiaojie_items CHECK (jsonb_typeof(items) = 'array' AND jsonb_array_length(items) BETWEEN 1 AND 20)
);

-- What somebody has to do. One person has one task in a round, however often it is made.
CREATE TABLE office_tasks (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES office_cases (id),
  round integer NOT NULL,
  node text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  person_id uuid NOT NULL REFERENCES admin_accounts (id),
  -- Whose place it is, when the person stands in for somebody who is away.
  for_id uuid REFERENCES admin_accounts (id),
  -- The task that has to be done before.
  after_id uuid REFERENCES office_tasks (id) DEFERRABLE INITIALLY DEFERRED,
  status text COLLATE "C" NOT NULL,
  comment text,
  created_at timestamptz NOT NULL,
  decided_at timestamptz,
  CONSTRAINT one_task_per_round UNIQUE (case_id, round, person_id),
  CONSTRAINT task_kind CHECK (kind IN ('approve', 'confirm', 'pay')),
  CONSTRAINT task_status CHECK (status IN ('waiting', 'open', 'approved', 'rejected', 'sent_back', 'transferred', 'closed')),
  CONSTRAINT task_decided CHECK ((status IN ('waiting', 'open')) = (decided_at IS NULL)),
  CONSTRAINT task_comment CHECK (char_length(comment) <= 200)
);
CREATE INDEX office_tasks_open ON office_tasks (person_id, id) WHERE status = 'open';
CREATE INDEX office_tasks_person ON office_tasks (person_id, case_id);
CREATE TRIGGER guard_states BEFORE UPDATE OF status ON office_tasks FOR EACH ROW WHEN (OLD.status <> NEW.status)
  EXECUTE FUNCTION guard_states('{"waiting":["open","closed"],"open":["waiting","approved","rejected","sent_back","transferred","closed"],"approved":[],"rejected":[],"sent_back":[],"transferred":[],"closed":[]}');
CREATE TRIGGER no_removal BEFORE DELETE OR TRUNCATE ON office_tasks EXECUTE FUNCTION refuse_change();

-- What happened to a case, in order.
CREATE TABLE office_events (
  case_id uuid NOT NULL REFERENCES office_cases (id),
  seq integer NOT NULL,
  kind text COLLATE "C" NOT NULL,
  -- Null: the flow itself.
  actor_id uuid REFERENCES admin_accounts (id),
  node text COLLATE "C",
  comment text,
  -- Whom it concerns besides.
  people uuid[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  PRIMARY KEY (case_id, seq),
  CONSTRAINT event_kind CHECK (kind IN ('submitted', 'entered', 'approved', 'rejected', 'sent_back', 'transferred', 'signer_before', 'signer_after',
    'copied', 'reminded', 'withdrawn', 'confirmed', 'paid', 'commented', 'finished')),
  CONSTRAINT event_comment CHECK (char_length(comment) BETWEEN 1 AND 200)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON office_events EXECUTE FUNCTION refuse_change();

CREATE TABLE office_copies (
  case_id uuid NOT NULL REFERENCES office_cases (id),
  person_id uuid NOT NULL REFERENCES admin_accounts (id),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (case_id, person_id)
);
CREATE INDEX office_copies_person ON office_copies (person_id, case_id);

CREATE TABLE office_attachments (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES office_cases (id),
  kind text COLLATE "C" NOT NULL,
  name text NOT NULL,
  path text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  bytes integer NOT NULL,
  sha256 bytea NOT NULL,
  uploaded_by uuid NOT NULL REFERENCES admin_accounts (id),
  created_at timestamptz NOT NULL,
  CONSTRAINT attachment_kind CHECK (kind IN ('voucher', 'payment')),
  CONSTRAINT attachment_name CHECK (char_length(name) BETWEEN 1 AND 120),
  CONSTRAINT attachment_file CHECK (type IN ('image/png', 'image/jpeg', 'application/pdf') AND bytes BETWEEN 1 AND 5242880 AND octet_length(sha256) = 32)
);
CREATE INDEX office_attachments_case ON office_attachments (case_id, id);

GRANT SELECT, INSERT ON office_flows, office_cases, baoxiao_shenqing, qingjia_shenqing, caigou_shenqing, duiwai_fukuan_shenqing, gongzuo_jiaojie,
  office_numbers, office_tasks, office_events, office_copies, office_attachments TO mr_app;
GRANT UPDATE ON baoxiao_shenqing, qingjia_shenqing, caigou_shenqing, duiwai_fukuan_shenqing, gongzuo_jiaojie, office_numbers TO mr_app;
GRANT UPDATE (status, number, draft, department, amount_fen, flow_version, chosen_id, path, step, round, reminded_at, submitted_at, decided_at,
  updated_at) ON office_cases TO mr_app;
GRANT UPDATE (after_id, status, comment, decided_at) ON office_tasks TO mr_app;
GRANT DELETE ON office_cases, office_attachments TO mr_app;
