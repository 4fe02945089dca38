SET LOCAL lock_timeout = '500ms';

DROP TABLE office_attachments, office_copies, office_events, office_tasks, baoxiao_shenqing, qingjia_shenqing, caigou_shenqing, duiwai_fukuan_shenqing,
  gongzuo_jiaojie, office_cases, office_numbers, office_flows;
DROP FUNCTION guard_office_case();
