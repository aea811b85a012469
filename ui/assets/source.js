// In the dialog that shows a source: brings the cited words into view, and keeps the keyboard on the button that was
// used when the dialog is drawn anew.
let used = null

document.addEventListener('click', event => {
  used = event.target.closest?.('[data-step]')?.dataset.step ?? used
}, true)

const inside = () => document.querySelector('.st-key-source')

function toTheWords(frame, atEnd) {
  const words = frame.querySelector('.oaken-box, mark')
  if (!words) {
    frame.scrollTop = atEnd ? frame.scrollHeight : 0
    return
  }
  const [at, around] = [words.getBoundingClientRect(), frame.getBoundingClientRect()]
  frame.scrollTop += at.top - around.top - Math.max(0, (around.height - at.height) / 3)
  if (at.right > around.right) frame.scrollLeft += at.left - around.left - 24
}

function keepTheKeyboard() {
  if (!used || inside().contains(document.activeElement)) return
  const steps = [...inside().querySelectorAll('[data-step]:not(:disabled)')]
  const to = steps.find(each => each.dataset.step === used) ?? steps[0] ?? inside().querySelector('.oaken-source')
  to?.focus({ preventScroll: true })
}

// The number that was clicked may have been drawn anew meanwhile: its answer was being written.
function backTo(what) {
  if (!what || inside() || document.activeElement !== document.body) return
  document.querySelector(`[data-oaken="${CSS.escape(what)}"]`)?.focus({ preventScroll: true })
}

export default function ({ data }) {
  const seen = new MutationObserver(look)
  function look() {
    const frame = inside()?.querySelector('.oaken-source')
    if (frame?.dataset.spot !== data?.spot) return
    seen.disconnect()
    if (frame.dataset.seen) return
    frame.dataset.seen = 'yes'
    toTheWords(frame, data.end)
    keepTheKeyboard()
  }
  seen.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-spot'] })
  look()
  return () => {
    seen.disconnect()
    setTimeout(backTo, 400, data?.back)
  }
}
