// Where a source is shown: brings the cited words into view, hears the buttons, and keeps the keyboard and the reader's
// place when it is redrawn. Beside the conversation it is a dialog that leaves the page usable; Escape closes it too.
let used = null  // the button that was used last, until something else is
let place = { spot: null, top: 0 }
let say = null

const SETTLED = 500  // milliseconds after which the narrower page has its shape
let opener = null  // what was clicked on the page, and how far down it stood

const inside = () => document.querySelector('.st-key-source')
const beside = () => document.querySelector('.st-key-beside')

for (const other of ['pointerdown', 'keydown']) document.addEventListener(other, () => { used = null }, true)
for (const moved of ['wheel', 'touchmove']) document.addEventListener(moved, () => { opener = null }, { passive: true })

document.addEventListener('click', event => {
  const step = event.target.closest?.('[data-step]')
  if (!step) return
  used = step.dataset.step
  if (!say) return  // then the whole page hears it (clicks.js)
  event.stopImmediatePropagation()
  say(step.dataset.oaken)
}, true)

// Beside the conversation: its lines become shorter, and what was clicked stays where it was.
document.addEventListener('click', event => {
  const at = event.target.closest?.('.oaken-card, [data-oaken]')
  if (at && !inside()) opener = { at, top: at.getBoundingClientRect().top }
}, true)

function stay(until) {
  if (!opener?.at.isConnected) return
  document.querySelector('[data-testid="stMain"]').scrollTop += opener.at.getBoundingClientRect().top - opener.top
  if (performance.now() < until) requestAnimationFrame(() => stay(until))
  else opener = null
}

function named(label) {
  const place = beside()
  if (!place || place.getAttribute('role')) return
  place.setAttribute('role', 'dialog')
  place.setAttribute('aria-label', label)
  stay(performance.now() + SETTLED)
  inside().querySelector('.oaken-source')?.focus({ preventScroll: true })
}

document.addEventListener('keydown', event => {
  if (event.key !== 'Escape' || !beside()?.contains(event.target)) return
  inside()?.querySelector('[data-step="close"]')?.click()
})

document.addEventListener('scroll', event => {
  if (event.target.dataset?.seen) place = { spot: event.target.dataset.spot, top: event.target.scrollTop }
}, true)

function toTheWords(frame, atEnd) {
  const words = frame.querySelector('.oaken-box, mark')
  if (place.spot === frame.dataset.spot) {
    frame.scrollTop = place.top
  } else if (words) {
    const [at, around] = [words.getBoundingClientRect(), frame.getBoundingClientRect()]
    frame.scrollTop += at.top - around.top - Math.max(0, (around.height - at.height) / 3)
    if (at.right > around.right) frame.scrollLeft += at.left - around.left - 24
  } else {
    frame.scrollTop = atEnd ? frame.scrollHeight : 0
  }
}

function keepTheKeyboard() {
  if (!used || !inside()) return
  const [held, dialog] = [document.activeElement, inside().closest('[role="dialog"]')]
  if (inside().contains(held) || (held !== document.body && !dialog?.contains(held))) return
  const steps = [...inside().querySelectorAll('[data-step]:not(:disabled)')]
  const to = steps.find(each => each.dataset.step === used) ?? steps[0] ?? inside().querySelector('.oaken-source')
  to?.focus({ preventScroll: true })
}

// The dialog takes the keyboard itself when it is redrawn.
document.addEventListener('focusin', keepTheKeyboard)

// The number that was clicked may have been redrawn meanwhile: its answer was being written.
function closed(opener) {
  if (inside()) return
  beside()?.removeAttribute('role')
  beside()?.removeAttribute('aria-label')
  used = null
  place = { spot: null, top: 0 }
  if (!opener || document.activeElement !== document.body) return
  const same = document.querySelectorAll(`[data-oaken="${CSS.escape(opener)}"]`)
  const { says, nth } = window.oakenOpener ?? {}
  const to = (says === opener && same[nth]) || same[0]
  to?.focus({ preventScroll: true })
}

export default function ({ data, setTriggerValue }) {
  const mine = what => setTriggerValue('said', what)
  say = data?.alone ? mine : null
  function look() {
    keepTheKeyboard()
    const frame = inside()?.querySelector('.oaken-source')
    if (!frame || frame.dataset.seen || frame.dataset.spot !== data?.spot) return
    if (data.beside) named(data.beside)
    toTheWords(frame, data.end)
    frame.dataset.seen = 'yes'
  }
  const seen = new MutationObserver(look)
  seen.observe(document.body, {
    childList: true, subtree: true, attributes: true, attributeFilter: ['data-spot', 'disabled'],
  })
  look()
  return () => {
    seen.disconnect()
    if (say === mine) say = null
    setTimeout(closed, 400, data?.back)
  }
}
