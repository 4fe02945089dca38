// Shortcuts: comfort for those who know them. Off while typing, and for good where a person switched them off.
{
  const OFF = 'mr-keys-off'
  /** After `g` the letter has to follow within this time. */
  const LETTER_MS = 1500

  // A browser may forbid its storage; then the keys are on.
  const isOff = () => {
    try {
      return localStorage.getItem(OFF) === 'true'
    } catch {
      return false
    }
  }
  const isTyping = (element) => element.closest('input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]') !== null
  const dialog = () => document.getElementById('shortcuts')

  let waitingForLetter = false
  let waiting

  function awaitLetter() {
    waitingForLetter = true
    clearTimeout(waiting)
    waiting = setTimeout(() => {
      waitingForLetter = false
    }, LETTER_MS)
  }

  function goTo(letter) {
    waitingForLetter = false
    const link = document.querySelector(`[data-go="${CSS.escape(letter)}"]`)
    if (link) location.assign(link.href)
    return Boolean(link)
  }

  function focusField(field) {
    if (!field || field.offsetParent === null) return false
    field.focus()
    field.select()
    return true
  }

  /** The search box; where it is folded away, its page. */
  function search() {
    if (focusField(document.querySelector('[data-search]'))) return true
    const link = document.querySelector('.search-link')
    if (link) location.assign(link.href)
    return Boolean(link)
  }

  const filter = () => focusField(document.querySelector('[data-filter-focus]')) || search()

  /** Rows that lead somewhere; the one that is walked on has the focus on its link. */
  function walk(step) {
    const links = [...document.querySelectorAll('#main tbody tr')].map((row) => row.querySelector('a[href]')).filter(Boolean)
    if (links.length === 0) return false
    const at = links.indexOf(document.activeElement)
    const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + step, 0), links.length - 1)
    links[next].focus()
    links[next].scrollIntoView({ block: 'nearest' })
    return true
  }

  function showList() {
    if (!dialog()) return false
    dialog().querySelector('[data-keys-switch]').checked = !isOff()
    dialog().showModal()
    return true
  }

  const KEYS = { '/': filter, '?': showList, j: () => walk(1), k: () => walk(-1) }

  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || !(event.target instanceof Element)) return
    const chord = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k'
    if (isOff() || document.querySelector('dialog[open]')) return
    if (chord) {
      if (search()) event.preventDefault()
      return
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    if (waitingForLetter) {
      if (goTo(event.key)) event.preventDefault()
    } else if (event.key === 'g') {
      awaitLetter()
    } else if (Object.hasOwn(KEYS, event.key) && KEYS[event.key]()) {
      event.preventDefault()
    }
  })

  document.addEventListener('click', (event) => {
    if (!(event.target instanceof Element) || !event.target.closest('[data-keys-list]')) return
    // The menu closes first: the list gives the focus back to what had it, and that must still be there.
    const menu = event.target.closest('[data-menu]')
    if (menu) {
      menu.open = false
      menu.querySelector('summary').focus()
    }
    showList()
  })

  document.addEventListener('change', (event) => {
    if (!(event.target instanceof Element) || !event.target.matches('[data-keys-switch]')) return
    try {
      if (event.target.checked) localStorage.removeItem(OFF)
      else localStorage.setItem(OFF, 'true')
    } catch {
      event.target.checked = true
    }
  })

  for (const button of document.querySelectorAll('[data-keys-list]')) button.hidden = false
}
