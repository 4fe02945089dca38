SET LOCAL lock_timeout = '500ms';

ALTER TABLE admin_accounts DROP CONSTRAINT admin_granted;
UPDATE admin_accounts SET permissions = '{}' WHERE finance_grade = 'manager';
ALTER TABLE admin_accounts ADD CONSTRAINT admin_granted CHECK (
  permissions = '{}' OR role IN ('admin', 'operator') OR finance_grade IS NOT DISTINCT FROM 'specialist');
DROP TABLE office_permissions;
DROP INDEX one_head_per_department;
ALTER TABLE admin_accounts DROP COLUMN department, DROP COLUMN heads_department, DROP COLUMN deputy_id, DROP COLUMN email;
