/** Chinese: where our people work. */
export const staffPlaces = {
  'staff.place': '任职信息',
  'staff.place.lead': '审批流程按部门、负责人和代理人流转；填了邮箱，待办会发邮件。',
  'staff.place.department': '部门',
  'staff.place.heads': '部门负责人',
  'staff.place.deputy': '代理人',
  'staff.place.deputy.hint': '请假期间，新的待办转给代理人',
  'staff.place.nobody': '不设',
  'staff.place.email': '邮箱',
  'staff.place.email.hint': '用于接收待办提醒',
  'staff.place.verb': '保存任职信息',
  'staff.done.placed': '任职信息已保存',
  'staff.change.staff_place': '修改任职信息',
} as const
