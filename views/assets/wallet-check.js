// The page of the integration check: shows each step of wallet-check-flow.js, which stands before this in the same file, as it comes.

const list = document.querySelector('[data-wallet-check]')

const partOf = (step, name) => step.querySelector(`[data-${name}]`)

function show(step, state) {
  step.dataset.state = state
  for (const label of step.querySelectorAll('[data-when]')) label.hidden = label.dataset.when !== state
}

function reset() {
  for (const step of list.querySelectorAll('[data-step]')) {
    show(step, 'waiting')
    partOf(step, 'took').textContent = ''
    partOf(step, 'fault').textContent = ''
    partOf(step, 'exchanges').hidden = true
  }
}

const written = ({ method, path, request, status, answer }) =>
  [`${method} ${path}`, ...(request ? [request] : []), `→ ${status}`, answer].join('\n')

function tell({ name, passed, fault, milliseconds, exchanges }) {
  const step = list.querySelector(`[data-step="${CSS.escape(name)}"]`)
  show(step, passed ? 'passed' : 'failed')
  partOf(step, 'took').textContent = `${milliseconds} ms`
  partOf(step, 'fault').textContent = fault ?? ''
  const details = partOf(step, 'exchanges')
  details.hidden = false
  details.open = !passed
  details.querySelector('pre').textContent = exchanges.map(written).join('\n\n')
  const next = step.nextElementSibling
  if (next?.matches('[data-step]')) show(next, 'running')
}

function conclude(state) {
  for (const words of document.querySelectorAll('[data-verdict]')) words.hidden = words.dataset.verdict !== state
}

async function start(key, button) {
  reset()
  conclude('running')
  button.disabled = true
  show(list.querySelector('[data-step]'), 'running')
  const passed = await runWalletCheck({ origin: '', key, tell })
  conclude(passed ? 'passed' : 'failed')
  button.disabled = false
}

const form = document.querySelector('[data-wallet-check-form]')
if (list?.dataset.key) {
  // Our own people come here with a key that was made for this run.
  const button = form.querySelector('button[type=submit]')
  start(list.dataset.key, button)
} else if (form?.elements.key) {
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    start(form.elements.key.value.trim(), form.querySelector('button[type=submit]'))
  })
}
