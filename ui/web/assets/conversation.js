// Keeps a conversation where its reader is: its newest question is brought to the upper edge when it is asked or the
// conversation is opened, and held there while what belongs to it is drawn. Whoever scrolls, types or clicks lets go.
// When an answer ends, the question box gets the keyboard back, which it lost because it was closed meanwhile.
let newest = ''
let held = false
let closed = false

const box = () => document.querySelector('.st-key-asker textarea')

function hold() {
  const question = held && document.querySelector(`.st-key-exchange-${CSS.escape(newest)}`)
  if (!question) return
  const main = document.querySelector('[data-testid="stMain"]')
  const edge = parseFloat(getComputedStyle(question).scrollMarginTop) || 0
  const away = question.getBoundingClientRect().top - main.getBoundingClientRect().top - edge
  if (Math.abs(away) > 1) main.scrollTop += away
}

function giveBack() {
  const [was, asked] = [closed, box()]
  closed = Boolean(asked?.disabled)
  // On a phone the keyboard would come up over the answer.
  if (was && asked && !closed && document.activeElement === document.body && matchMedia('(pointer: fine)').matches) {
    asked.focus({ preventScroll: true })
  }
}

for (const moved of ['wheel', 'touchmove', 'pointerdown', 'keydown']) {
  document.addEventListener(moved, () => { held = false }, { capture: true, passive: true })
}

new MutationObserver(() => (hold(), giveBack())).observe(document.body, {
  childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ['disabled'],
})

export default function ({ data }) {
  if (data.newest !== newest) {
    newest = data.newest
    held = newest !== ''
    hold()
  }
  return () => { newest = '' }
}
