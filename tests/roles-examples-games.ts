import type { Example } from './roles-examples'

/** Our people may see everything, so what is not theirs is an id of another kind. */
const another: Example = { foreign: ({ operator }) => operator.id }

const APPLICATION = '/admin/applications/:app_id'
const REQUEST = '/admin/app-requests/:request_id'
const GRANT = '/admin/authorizations/:authorization_id'
const ANNOUNCEMENT = '/admin/announcements/:announcement_id'

/** The administrators' pages of games, requests, rights and announcements. */
export const GAME_EXAMPLES: Record<string, Example> = Object.fromEntries(
  [
    `GET ${APPLICATION}`,
    `GET ${APPLICATION}/edit`,
    `POST ${APPLICATION}/edit`,
    `GET ${APPLICATION}/state`,
    `POST ${APPLICATION}/state`,
    `GET ${APPLICATION}/price`,
    `GET ${APPLICATION}/price/confirmation`,
    `POST ${APPLICATION}/price`,
    `GET ${APPLICATION}/schedules/:schedule_id/cancellation`,
    `POST ${APPLICATION}/schedules/:schedule_id/cancellation`,
    `GET ${REQUEST}`,
    `POST ${REQUEST}/approval`,
    `POST ${REQUEST}/rejection`,
    `GET ${GRANT}`,
    `GET ${GRANT}/renewal`,
    `POST ${GRANT}/renewal`,
    `GET ${GRANT}/revocation`,
    `POST ${GRANT}/revocation`,
    `GET ${ANNOUNCEMENT}`,
    `GET ${ANNOUNCEMENT}/withdrawal`,
    `POST ${ANNOUNCEMENT}/withdrawal`,
  ].map((route) => [route, another]),
)
