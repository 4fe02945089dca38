// Keeps balance, unread messages and new games true while a page is open. Without it they are as they were when the page came.
{
  const root = document.querySelector('[data-live]')

  /** Between two questions while there is no stream, and until a stream is tried again. */
  const ASK_MS = 10_000
  const AGAIN_MS = 60_000
  /** A stream that has said nothing for so long is none: the server tells the time every two seconds. */
  const SILENT_MS = 12_000
  /** A stream that broke and is not back after this. */
  const BREAK_MS = 4_000

  let source
  let asking
  let again
  let silence
  let broken
  let over = false

  const address = () => {
    const games = document.querySelector('[data-live-games]')
    return games ? `${root.dataset.live}?games=${encodeURIComponent(games.dataset.liveGames)}` : root.dataset.live
  }

  const feel = (state) => {
    root.dataset.state = state
  }

  /** Each part takes the place of the one with its id; a row of the games' list is put before the others. */
  function put(html) {
    const template = document.createElement('template')
    template.innerHTML = html
    for (const part of [...template.content.children].reverse()) {
      const old = document.getElementById(part.id)
      if (old) replace(old, part)
      else if (part.matches('[data-usage-id]')) addRow(part)
    }
  }

  function replace(old, part) {
    const focused = old.contains(document.activeElement)
    const more = Number(part.dataset.unread) > Number(old.dataset.unread)
    old.replaceWith(part)
    if (focused) part.focus()
    if (more) announce(part.textContent)
  }

  function addRow(row) {
    const list = document.querySelector('[data-live-games]')
    if (!list) return
    document.querySelector('[data-live-empty]')?.remove()
    list.closest('[hidden]')?.removeAttribute('hidden')
    list.prepend(row)
    list.dataset.liveGames = row.dataset.usageId
    while (list.children.length > Number(list.dataset.liveKeep || 10)) list.lastElementChild.remove()
  }

  function heard(event) {
    feel('live')
    clearInterval(asking)
    clearTimeout(broken)
    clearTimeout(silence)
    asking = broken = undefined
    silence = setTimeout(askInstead, SILENT_MS)
    if (event.data) put(event.data)
  }

  function listen() {
    if (over || document.hidden || source) return
    source = new EventSource(address())
    silence = setTimeout(askInstead, SILENT_MS)
    for (const name of ['messages', 'balance-changed', 'games', 'fresh']) source.addEventListener(name, heard)
    source.addEventListener('poll', askInstead)
    source.addEventListener('ended', (event) => {
      over = true
      rest()
      put(event.data)
    })
    source.addEventListener('error', () => {
      if (source?.readyState === EventSource.CLOSED) return askInstead()
      // It tries again by itself, and fails again: the first failure counts.
      broken ??= setTimeout(askInstead, BREAK_MS)
    })
  }

  function rest() {
    source?.close()
    source = undefined
    clearInterval(asking)
    for (const timer of [silence, broken, again]) clearTimeout(timer)
    asking = silence = broken = again = undefined
  }

  /** The stream is away: the page asks by itself, and looks for a stream again after a while. */
  function askInstead() {
    rest()
    if (over || document.hidden) return
    ask()
    asking = setInterval(ask, ASK_MS)
    again = setTimeout(listenAgain, AGAIN_MS)
  }

  function listenAgain() {
    rest()
    listen()
  }

  async function ask() {
    try {
      const answer = await fetch(address(), { headers: { accept: 'text/html' }, redirect: 'error' })
      if (!answer.ok) throw new Error(String(answer.status))
      put(await answer.text())
      const wasLost = root.dataset.state === 'lost'
      feel('asked')
      if (wasLost) listenAgain()
    } catch {
      // The page says so, and since when it has heard nothing; the next question is seconds away.
      feel('lost')
    }
  }

  if (root) {
    // A hidden tab needs nothing, and a browser has few connections to share among its tabs.
    document.addEventListener('visibilitychange', () => (document.hidden ? rest() : listen()))
    window.addEventListener('pagehide', rest)
    window.addEventListener('pageshow', listen)
    listen()
  }
}
