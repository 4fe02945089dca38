import { PASSWORD } from './factory'
import { csrfIn, newVisitor, type Visitor } from './pages'

/** One of our people at the pages, as HTTP sees them. */
export type AtDesk = Visitor & {
  /** Sends a form with the token of the session. */
  send(path: string, form?: Record<string, string>): Promise<Awaited<ReturnType<Visitor['post']>>>
}

/** Signs in at the door; throws unless that opens a session. */
export async function atDesk(url: string, door: 'admin' | 'finance', username: string, password = PASSWORD): Promise<AtDesk> {
  const visitor = newVisitor(url)
  const answer = await visitor.post(`/${door}/login`, { username, password })
  if (!visitor.cookies.has('mr_session')) throw new Error(`${username} could not sign in: ${answer.status}`)
  return {
    ...visitor,
    send: async (path, form = {}) => {
      const { html } = await visitor.get('/staff/step-up')
      return visitor.post(path, { csrf_token: csrfIn(html), ...form })
    },
  }
}

/** What a form of the page carries unseen. */
export const hiddenOf = (html: string, name: string): string => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? ''
