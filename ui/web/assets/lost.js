// Where the connection is lost because the server was started again and knows no session of this browser: a button that
// loads the page again, which then says how to come in; and the page loads itself once another one has been let in.
const EVERY = 3000  // milliseconds between two looks
let asking = null

function button(label) {
  const made = Object.assign(document.createElement('button'), { type: 'button', className: 'oaken-reload', textContent: label })
  made.addEventListener('click', () => location.reload())
  return made
}

async function goOnWhenLetIn() {
  const answer = await fetch(location.pathname, { cache: 'no-store' }).catch(() => null)
  if (answer?.ok) location.reload()
}

function look({ says, label }) {
  const dialog = [...document.querySelectorAll('[role="dialog"]')].find(each => each.textContent.includes(says))
  if (!dialog) {
    clearInterval(asking)
    asking = null
    return
  }
  if (!dialog.querySelector('.oaken-reload')) {
    const words = [...dialog.querySelectorAll('*')].filter(each => each.textContent.includes(says)).at(-1)
    words.after(button(label))
  }
  asking ??= setInterval(goOnWhenLetIn, EVERY)
}

export default function ({ data }) {
  const watch = new MutationObserver(() => look(data))
  watch.observe(document.body, { childList: true, subtree: true, characterData: true })
  return () => watch.disconnect()
}
