import type { Example } from './roles-examples'

/** Requests belong to those who take part; what is nobody's is an id of another kind. */
const another: Example = { foreign: ({ operator }) => operator.id }

const CASE = '/office/cases/:case_id'
const FILE = '/office/attachments/:attachment_id'
const PLACES = ['/admin/staff/:staff_id/place', '/finance/staff/:staff_id/place']

/** The office, and where our people work. */
export const OFFICE_EXAMPLES: Record<string, Example> = Object.fromEntries(
  [
    `GET ${CASE}`,
    `GET ${CASE}/edit`,
    `POST ${CASE}/edit`,
    `GET ${CASE}/delete`,
    `POST ${CASE}/delete`,
    `POST ${CASE}/attachments`,
    `GET ${CASE}/paper.pdf`,
    `GET ${CASE}/act`,
    `POST ${CASE}/act`,
    `POST ${CASE}/payment`,
    `GET ${FILE}/file`,
    `POST ${FILE}/removal`,
    ...PLACES.flatMap((path) => [`GET ${path}`, `POST ${path}`]),
  ].map((route) => [route, another]),
)
