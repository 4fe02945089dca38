SET LOCAL lock_timeout = '500ms';

-- Where our people work, who stands in for them, where mail reaches them. A department is known by its name; it has at most one head.
ALTER TABLE admin_accounts
  ADD COLUMN department text,
  ADD COLUMN heads_department boolean NOT NULL DEFAULT false,
  ADD COLUMN deputy_id uuid REFERENCES admin_accounts (id),
  ADD COLUMN email text;
ALTER TABLE admin_accounts ADD CONSTRAINT admin_department CHECK (char_length(department) BETWEEN 1 AND 30 AND department = btrim(department)) NOT VALID;
ALTER TABLE admin_accounts VALIDATE CONSTRAINT admin_department;
ALTER TABLE admin_accounts ADD CONSTRAINT admin_head CHECK (NOT heads_department OR department IS NOT NULL) NOT VALID;
ALTER TABLE admin_accounts VALIDATE CONSTRAINT admin_head;
ALTER TABLE admin_accounts ADD CONSTRAINT admin_deputy CHECK (deputy_id <> id) NOT VALID;
ALTER TABLE admin_accounts VALIDATE CONSTRAINT admin_deputy;
ALTER TABLE admin_accounts ADD CONSTRAINT admin_email CHECK (char_length(email) BETWEEN 3 AND 128) NOT VALID;
ALTER TABLE admin_accounts VALIDATE CONSTRAINT admin_email;
CREATE UNIQUE INDEX one_head_per_department ON admin_accounts (department) WHERE heads_department AND is_active;

-- The 37 keys of the office with the posts that hold them: the list of src/permissions, as the check after a deployment counts it.
CREATE TABLE office_permissions (
  key text COLLATE "C" PRIMARY KEY,
  seats text[] NOT NULL,
  CONSTRAINT office_permission_key
    CHECK (key ~ '^office:((baoxiao|qingjia|caigou|duiwai_fukuan|gongzuo_jiaojie):(view|view_all|create|edit|delete|approve|export)|dashboard|settings)$')
);
INSERT INTO office_permissions (key, seats) VALUES
  ('office:baoxiao:view', '{admin,operator,specialist,manager,auditor,analyst}'),
  ('office:baoxiao:view_all', '{admin}'),
  ('office:baoxiao:create', '{admin,operator,specialist,manager,auditor,analyst}'),
  ('office:baoxiao:edit', '{admin,operator,specialist,manager,auditor,analyst}'),
  ('office:baoxiao:delete', '{admin,operator,specialist,manager,auditor,analyst}'),
  ('office:baoxiao:approve', '{admin}'),
  ('office:baoxiao:export', '{admin}'),
  ('office:qingjia:view', '{admin,operator,specialist,manager,auditor,analyst}'),
  ('office:qingjia:view_all', '{admin}'),
  ('office:qingjia:create', '{admin,operator,specialist,manager,auditor,analyst}'),
  ('office:qingjia:edit', '{admin,operator,specialist,manager,auditor,analyst}'),
  ('office:qingjia:delete', '{admin,operator,specialist,manager,auditor,analyst}'),
  ('office:qingjia:approve', '{admin}'),
  ('office:qingjia:export', '{admin}'),
  ('office:caigou:view', '{admin,operator,specialist,manager,auditor,analyst}'),
  ('office:caigou:view_all', '{admin}'),
  ('office:caigou:create', '{admin,operator,specialist,manager,auditor,analyst}'),
  ('office:caigou:edit', '{admin,operator,specialist,manager,auditor,analyst}'),
  ('office:caigou:delete', '{admin,operator,specialist,manager,auditor,analyst}'),
  ('office:caigou:approve', '{admin}'),
  ('office:caigou:export', '{admin}'),
  ('office:duiwai_fukuan:view', '{admin,operator,specialist,manager,auditor,analyst}'),
  ('office:duiwai_fukuan:view_all', '{admin}'),
  ('office:duiwai_fukuan:create', '{admin,operator,specialist,manager,auditor,analyst}'),
  ('office:duiwai_fukuan:edit', '{admin,operator,specialist,manager,auditor,analyst}'),
  ('office:duiwai_fukuan:delete', '{admin,operator,specialist,manager,auditor,analyst}'),
  ('office:duiwai_fukuan:approve', '{admin}'),
  ('office:duiwai_fukuan:export', '{admin}'),
  ('office:gongzuo_jiaojie:view', '{admin,operator,specialist,manager,auditor,analyst}'),
  ('office:gongzuo_jiaojie:view_all', '{admin}'),
  ('office:gongzuo_jiaojie:create', '{admin,operator,specialist,manager,auditor,analyst}'),
  ('office:gongzuo_jiaojie:edit', '{admin,operator,specialist,manager,auditor,analyst}'),
  ('office:gongzuo_jiaojie:delete', '{admin,operator,specialist,manager,auditor,analyst}'),
  ('office:gongzuo_jiaojie:approve', '{admin}'),
  ('office:gongzuo_jiaojie:export', '{admin}'),
  ('office:dashboard', '{admin}'),
  ('office:settings', '{admin}')
ON CONFLICT (key) DO UPDATE SET seats = excluded.seats;

-- A manager of finance has all of the money's keys by the post; of the office's some are given to persons.
ALTER TABLE admin_accounts DROP CONSTRAINT admin_granted;
ALTER TABLE admin_accounts ADD CONSTRAINT admin_granted CHECK (
  permissions = '{}' OR role IN ('admin', 'operator') OR finance_grade IS NOT DISTINCT FROM 'specialist'
  OR (finance_grade IS NOT DISTINCT FROM 'manager' AND permissions <@ ARRAY[
    'office:baoxiao:view_all', 'office:baoxiao:approve', 'office:baoxiao:export', 'office:qingjia:view_all', 'office:qingjia:approve',
    'office:qingjia:export', 'office:caigou:view_all', 'office:caigou:approve', 'office:caigou:export', 'office:duiwai_fukuan:view_all',
    'office:duiwai_fukuan:approve', 'office:duiwai_fukuan:export', 'office:gongzuo_jiaojie:view_all', 'office:gongzuo_jiaojie:approve',
    'office:gongzuo_jiaojie:export', 'office:dashboard'])) NOT VALID;
ALTER TABLE admin_accounts VALIDATE CONSTRAINT admin_granted;

GRANT SELECT ON office_permissions TO mr_app;
