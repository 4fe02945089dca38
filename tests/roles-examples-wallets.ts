import type { Example } from './roles-examples'

/** Partners belong to nobody; what is no partner is an id of another kind. */
const another: Example = { foreign: ({ operator }) => operator.id }

const AT = '/admin/partners/:partner_id'

export const WALLET_EXAMPLES: Record<string, Example> = Object.fromEntries(
  [`GET ${AT}`, ...['edit', 'key', 'state'].flatMap((page) => [`GET ${AT}/${page}`, `POST ${AT}/${page}`])].map((route) => [
    route,
    another,
  ]),
)
