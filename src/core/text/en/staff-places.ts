import type { staffPlaces as zh } from '#src/core/text/zh/staff-places'

/** English: where our people work. */
export const staffPlaces: Record<keyof typeof zh, string> = {
  'staff.place': 'Place',
  'staff.place.lead': 'Requests find their way by department, head and deputy; with an address, what waits comes by mail.',
  'staff.place.department': 'Department',
  'staff.place.heads': 'Head of the department',
  'staff.place.deputy': 'Deputy',
  'staff.place.deputy.hint': 'Takes over new tasks during leave',
  'staff.place.nobody': 'Nobody',
  'staff.place.email': 'E-mail',
  'staff.place.email.hint': 'Where what waits is told',
  'staff.place.verb': 'Save place',
  'staff.done.placed': 'Place saved',
  'staff.change.staff_place': 'Place changed',
}
