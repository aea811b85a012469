// In a dialog that asks before something is deleted, the keyboard begins at the button that changes nothing. The dialog
// takes the keyboard itself while it opens, and so does the menu that closes: it is asked for until a person acts.
const EVERY = 100, LONGEST = 4000  // milliseconds

export default function () {
  const until = Date.now() + LONGEST
  const asking = setInterval(() => {
    const cancel = document.querySelector('[role="dialog"] [class*="st-key-cancel-"] button')
    if (cancel && document.activeElement !== cancel) cancel.focus()
    if (Date.now() > until) end()
  }, EVERY)
  const end = () => {
    clearInterval(asking)
    for (const act of ['keydown', 'pointerdown']) document.removeEventListener(act, end, true)
  }
  for (const act of ['keydown', 'pointerdown']) document.addEventListener(act, end, true)
  return end
}
