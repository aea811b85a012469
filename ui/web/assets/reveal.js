// Scrolls to what a click changed elsewhere on the page, once for each click: data.number counts them.
const LONGEST = 3000  // milliseconds until what was asked for is drawn
const EVERY = 100  // milliseconds
const EDGE = 70  // pixels of the bar at the upper edge

function isSeen(at) {
  const box = at.getBoundingClientRect()
  return box.top >= EDGE && box.top + Math.min(box.height, innerHeight / 3) <= innerHeight
}

export default function ({ data }) {
  const { target, number } = data
  if (!target || window.oakenRevealed === number) return
  window.oakenRevealed = number
  const until = Date.now() + LONGEST
  const waiting = setInterval(() => {
    const at = [...document.querySelectorAll(`[class*="st-key-${CSS.escape(target)}"]`)].find(each => each.offsetHeight)
    if (!at && Date.now() < until) return
    clearInterval(waiting)
    if (!at || isSeen(at)) return
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
    at.style.scrollMarginTop = `${EDGE + 12}px`
    at.scrollIntoView({ block: 'start', behavior: calm ? 'instant' : 'smooth' })
  }, EVERY)
}
