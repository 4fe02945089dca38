import { showId, type Uuid } from '#src/core/ids'

/** Where administrators look at games, rights and announcements. */
export const applicationPath = (id: Uuid): string => `/admin/applications/${showId('application', id)}`
export const accessPath = (id: Uuid): string => `/admin/app-requests/${showId('request', id)}`
export const grantPath = (id: Uuid): string => `/admin/authorizations/${showId('authorization', id)}`
export const announcementPath = (id: Uuid): string => `/admin/announcements/${showId('announcement', id)}`
export const operatorPath = (id: Uuid): string => `/admin/operators/${showId('operator', id)}`
/** The form that lets one operator start one game, both filled in. */
export const grantFormPath = (applicationId: Uuid, operatorId: Uuid): string =>
  `/admin/authorizations/new?app_id=${showId('application', applicationId)}&keyword=${showId('operator', operatorId)}`
