// Comfort only: every page works without this file.

const revealed = (root, selector) => {
  for (const element of root.querySelectorAll(selector)) element.hidden = false
}

/** Controls that need a script are hidden until one is there. */
function showControls(root) {
  if (navigator.clipboard) revealed(root, '[data-copy]')
  revealed(root, '[data-reveal]')
  revealed(root, '[data-unmask]')
  root.querySelectorAll('[data-toast]').forEach(dismissLater)
}

const TOAST_MS = 5000
const UNMASKED_MS = 30_000

/** Goes after a while, but never from under the pointer. */
function dismissLater(toast) {
  const dismiss = () => setTimeout(() => (toast.matches(':hover') ? dismiss() : toast.remove()), TOAST_MS)
  dismiss()
}

/** The link leads to a page that asks; here the same form opens over this page and gives the focus back when it closes. */
function openDialog(event, link) {
  const dialog = document.getElementById(link.dataset.dialog)
  if (!dialog?.showModal) return
  event.preventDefault()
  dialog.showModal()
}

function closeDialog(event, link) {
  const dialog = link.closest('dialog')
  if (!dialog) return
  event.preventDefault()
  dialog.close()
}

function toggleMask(button) {
  const value = button.parentElement.querySelector('[data-masked]')
  const shown = value.textContent === value.dataset.whole
  value.textContent = shown ? value.dataset.masked : value.dataset.whole
  button.textContent = shown ? button.dataset.show : button.dataset.hide
  clearTimeout(button.hiding)
  if (!shown) button.hiding = setTimeout(() => toggleMask(button), UNMASKED_MS)
}

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy)
  const label = button.querySelector('[data-copy-label]')
  const before = label?.textContent
  if (label) label.textContent = button.dataset.copied
  announce(button.dataset.copied)
  button.classList.add('copied')
  setTimeout(() => {
    if (label) label.textContent = before
    button.classList.remove('copied')
  }, 2000)
}

function announce(words) {
  let region = document.getElementById('announcer')
  if (!region) {
    region = document.createElement('p')
    region.id = 'announcer'
    region.className = 'sr-only'
    region.setAttribute('role', 'status')
    document.body.append(region)
  }
  region.textContent = words
}

function togglePassword(button) {
  const field = document.getElementById(button.dataset.reveal)
  const shown = field.type === 'text'
  field.type = shown ? 'password' : 'text'
  button.textContent = shown ? button.dataset.show : button.dataset.hide
}

/** A second press while the first is under way sends nothing. */
function sendOnce(event) {
  const form = event.target
  if (!form.matches('[data-once]')) return
  if (form.dataset.sent) {
    event.preventDefault()
    return
  }
  form.dataset.sent = 'true'
  const button = form.querySelector('[data-sending]')
  if (!button) return
  button.setAttribute('aria-busy', 'true')
  // Words only when it takes longer than a blink, so that the button does not flicker.
  setTimeout(() => {
    if (form.dataset.sent) button.textContent = button.dataset.sending
  }, 100)
  button.dataset.words = button.textContent
}

/** Coming back with the browser's button must not find a dead form. */
function reviveForms() {
  for (const form of document.querySelectorAll('[data-sent]')) {
    delete form.dataset.sent
    const button = form.querySelector('[data-sending]')
    button?.removeAttribute('aria-busy')
    if (button?.dataset.words) button.textContent = button.dataset.words
  }
}

/** The link works by itself; here the page also changes without being loaded again. */
function chooseTheme(event, link) {
  event.preventDefault()
  const theme = link.dataset.themeChoice
  if (theme === 'auto') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  document.querySelector('meta[name="color-scheme"]').content = theme === 'auto' ? 'light dark' : theme
  for (const other of document.querySelectorAll('[data-theme-choice]')) {
    if (other.dataset.themeChoice === theme) other.setAttribute('aria-current', 'true')
    else other.removeAttribute('aria-current')
  }
  fetch(link.href, { redirect: 'manual' }).catch(() => location.assign(link.href))
}

const drawerOpen = () => location.hash === '#navigation'

let drawerWasOpen = false

/** While the drawer is open the page behind it takes no focus; closing gives it back to the opener. */
function followDrawer() {
  const drawer = document.getElementById('navigation')
  if (!drawer) return
  const open = drawerOpen() && matchMedia('(max-width: 767px)').matches
  for (const element of document.querySelectorAll('.topbar, #main, .bottom-bar')) element.inert = open
  if (open) drawer.focus()
  else if (drawerWasOpen) document.querySelector('[data-drawer-open]')?.focus()
  drawerWasOpen = open
}

function closeDrawer(event) {
  event?.preventDefault()
  // Replaces the address, so that "back" leaves the page instead of opening the drawer again.
  location.replace('#main')
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll('[data-menu][open]')) if (menu !== except) menu.open = false
}

document.addEventListener('click', (event) => {
  if (!(event.target instanceof Element)) return
  const at = (selector) => event.target.closest(selector)
  closeMenus(at('[data-menu]'))
  if (at('[data-copy]')) copy(at('[data-copy]'))
  if (at('[data-reveal]')) togglePassword(at('[data-reveal]'))
  if (at('[data-unmask]')) toggleMask(at('[data-unmask]'))
  if (at('[data-dialog]')) openDialog(event, at('[data-dialog]'))
  if (at('[data-dialog-close]')) closeDialog(event, at('[data-dialog-close]'))
  if (at('[data-theme-choice]')) chooseTheme(event, at('[data-theme-choice]'))
  if (at('[data-drawer-close]')) closeDrawer(event)
})

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return
  const menu = document.querySelector('[data-menu][open]')
  if (menu) {
    menu.open = false
    menu.querySelector('summary').focus()
  } else if (drawerOpen()) closeDrawer()
})

document.addEventListener('submit', sendOnce)
window.addEventListener('pageshow', reviveForms)
window.addEventListener('hashchange', followDrawer)
document.addEventListener('htmx:after:swap', (event) => showControls(event.target instanceof Element ? event.target : document))

showControls(document)
followDrawer()
document.querySelector('[data-focus]')?.focus()
