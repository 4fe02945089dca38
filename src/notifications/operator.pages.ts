import { type ComponentChild, h } from 'preact'
import * as v from 'valibot'
import { requireOperator } from '#src/accounts/operators'
import { heldApplications, heldState } from '#src/applications/overview'
import { bareUuid } from '#src/core/fields'
import { showId, type Uuid } from '#src/core/ids'
import { keysetQuery } from '#src/core/keyset'
import type { Instant } from '#src/core/time'
import { done, fragmentRenderer, type PageCall, redirect, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { config } from '#src/platform/config'
import { transaction } from '#src/platform/database'
import { openEventStream } from '#src/platform/event-stream'
import { log } from '#src/platform/log'
import { type OperatorCaller, page, pathId } from '#src/platform/route'
import { liveGamesSince } from '#src/usage/live-feed'
import { Bell, LiveBalance, LiveTime, SessionEnded } from '#views/components/bell'
import { askPath, requestPath } from '#views/operator/application-tabs'
import { GameRows } from '#views/operator/game-rows'
import { MESSAGE_KINDS, MessagePage, type MessageRow, MessagesPage, PreferencesPage, type Related } from '#views/operator/messages'
import { ownPage } from '#views/operator/own-page'
import { type InboxMessage, openMessage, pageOfMessages, readAll, unreadCount } from './inbox'
import { follow, type Standing, standingOf } from './live'
import { type ChosenType, choosePreferences, mailPreferences } from './preferences'

const ListQuery = v.object({
  ...keysetQuery,
  type: v.fallback(v.optional(v.picklist(MESSAGE_KINDS)), undefined),
  unread: v.fallback(v.optional(v.picklist(['true'])), undefined),
})

/** The message centre, and what keeps an open page true. */
export const messagesOperatorPages = [
  page('GET /operator/messages', { audience: 'operator' }, async (call) => {
    const { type, unread: unreadOnly, ...keyset } = pageQuery(call.request, ListQuery)
    const filter = { type, unreadOnly: unreadOnly === 'true' }
    const [{ rows, ...slice }, unread] = await Promise.all([
      pageOfMessages(call.caller.id, { type, unread_only: filter.unreadOnly }, keyset),
      unreadCount(call.caller.id),
    ])
    return showPage(call, h(MessagesPage, { messages: { ...slice, rows: rows.map(asRow) }, unread, filter }))
  }),

  page('POST /operator/messages/read-all', { audience: 'operator' }, async ({ caller, info }) => {
    await transaction((tx) => readAll(tx, caller.id, info.now))
    return redirect('/operator/messages', done('messages.done.readAll'))
  }),

  page('GET /operator/messages/preferences', { audience: 'operator' }, async (call) => {
    const [{ email }, byMail] = await Promise.all([requireOperator(call.caller.id), mailPreferences(call.caller.id)])
    const { SMTP_URL, production } = config()
    return showPage(call, h(PreferencesPage, { email, byMail, mailWorks: SMTP_URL !== undefined || !production }))
  }),

  page('POST /operator/messages/preferences', { audience: 'operator' }, async ({ caller, info, form }) => {
    const choice = Object.fromEntries(MESSAGE_KINDS.map((type) => [type, form[type] === 'on'])) as Record<ChosenType, boolean>
    await transaction((tx) => choosePreferences(tx, caller.id, choice, info.now))
    return redirect('/operator/messages/preferences', done('messages.done.preferences'))
  }),

  page('GET /operator/messages/:message_id', { audience: 'operator' }, async (call) => {
    const id = pathId('message', call.params, 'message_id')
    const message = await transaction((tx) => openMessage(tx, call.caller.id, id, call.info.now))
    return showPage(call, h(MessagePage, { message: asRow(message), related: await relatedTo(message, call.caller.id, call.info.now) }))
  }),

  page('GET /operator/events', { audience: 'operator' }, async (call) => {
    const { games: known } = pageQuery(call.request, EventsQuery)
    const listsGames = new URL(call.request.url).searchParams.has('games')
    const render = await fragmentRenderer(call)
    if (call.request.headers.get('accept')?.includes('text/event-stream')) return streamOf(call, render, listsGames, known)
    const [standing, games] = await Promise.all([
      standingOf(call.caller.id, call.info.now),
      listsGames ? liveGamesSince(call.caller.id, known) : [],
    ])
    const parts = [h(GameRows, { games }), h(Bell, standing), h(LiveBalance, standing), h(LiveTime, standing)]
    return new Response(parts.map(render).join(''), { headers: { 'Content-Type': 'text/html; charset=utf-8', Vary: 'Accept' } })
  }),
]

const EventsQuery = v.object({ games: v.fallback(v.optional(v.nullable(bareUuid), null), null) })

const asRow = ({ priority, ...message }: InboxMessage): MessageRow => ({ ...message, important: priority === 'high' })

/** What a message is about, with the way to it where its reader has a page for it; null when it is about nothing in particular. */
async function relatedTo({ relatedKind: kind, relatedId: id }: InboxMessage, operatorId: Uuid, now: Instant): Promise<Related | null> {
  if (!kind || !id) return null
  const nameless = { kind, id, name: null, renew: null }
  if (kind === 'application' || kind === 'authorization') return game(kind, id, operatorId, now)
  if (kind === 'request') return { ...nameless, href: requestPath(id) }
  // Its page is found by the search, which opens what it finds exactly.
  if (kind === 'transaction') return { ...nameless, href: `/operator/search?q=${showId(kind, id)}` }
  return { ...nameless, href: ownPage(kind, id) }
}

async function game(kind: 'application' | 'authorization', id: Uuid, operatorId: Uuid, now: Instant): Promise<Related> {
  const games = await heldApplications(operatorId)
  const held = games.find((one) => (kind === 'application' ? one.id : one.grantId) === id)
  if (!held) return { kind, id, name: null, href: '/operator/applications', renew: null }
  const isOpen = !held.requestedId && ['ending', 'ended'].includes(heldState(held, now))
  return { kind, id, name: held.name, href: '/operator/applications', renew: isOpen ? askPath(held.id) : null }
}

type Render = (part: ComponentChild) => string

/**
 * The open page of an operator is told what has changed since it was last told; a page that finds no room asks by itself (204). A page
 * that lists games gets those after the newest it knows of, also when it comes back after a break.
 */
function streamOf(call: PageCall & { caller: OperatorCaller }, render: Render, listsGames: boolean, known: Uuid | null): Response {
  const { id: operatorId, sessionId } = call.caller
  const lastHeard = v.safeParse(bareUuid, call.request.headers.get('last-event-id'))
  let newest = lastHeard.success ? lastHeard.output : known
  let before: Standing | undefined
  let unfollow = () => {}
  const stream = openEventStream(sessionId, () => unfollow())
  if (!stream) return new Response(null, { status: 204 })
  const tellGames = oneByOne(async () => {
    const games = await liveGamesSince(operatorId, newest)
    if (games.length === 0) return
    newest = games[0]!.id
    stream.send({ event: 'games', id: newest, data: render(h(GameRows, { games })) })
  })
  unfollow = follow({
    sessionId,
    operatorId,
    tell: (standing) => {
      if (standing.unread !== before?.unread) stream.send({ event: 'messages', data: render(h(Bell, standing)) })
      if (standing.ledgerSeq !== before?.ledgerSeq) {
        stream.send({ event: 'balance-changed', data: render(h(LiveBalance, standing)) })
        if (listsGames) void tellGames()
      }
      stream.send({ event: 'fresh', data: render(h(LiveTime, standing)) })
      before = standing
    },
    gone: () => stream.end({ event: 'ended', data: render(h(SessionEnded, {})) }),
  })
  return stream.response
}

/** Runs `work` once more after the run under way, however often it is asked for meanwhile: what it reads is then new enough for all. */
function oneByOne(work: () => Promise<void>): () => Promise<void> {
  let running = false
  let wanted = false
  return async () => {
    wanted = true
    if (running) return
    running = true
    while (wanted) {
      wanted = false
      await work().catch((error: unknown) => log('warn', 'games not told', { operation: 'live', error }))
    }
    running = false
  }
}
