// Keyboard shortcuts, never while someone types; the list of them; the button that prints; "@" in the question box.
const all = wanted => [...document.querySelectorAll(wanted)].filter(each => each.checkVisibility())
const box = () => document.querySelector('[data-testid="stChatInputTextArea"]')
const where = () => document.querySelector('.st-key-ask-where input')
const dialogs = '[role="dialog"], dialog[open]'
let list = null

function focus(at) {
  at?.focus()
  at?.scrollIntoView({ block: 'nearest' })
  return at
}

// The answer that is read is the one nearest to the middle of the window.
function copy() {
  const away = at => Math.abs(at.getBoundingClientRect().top - innerHeight / 2)
  const nearest = all('[data-oaken-copy*="text/html"]').sort((one, other) => away(one) - away(other))[0]
  nearest?.click()
  return nearest
}

function citation(step) {
  const every = all('[data-oaken^="cite:"]')
  const at = every.indexOf(document.activeElement)
  const to = at < 0 ? every.find(each => each.getBoundingClientRect().top > 0) : every[at + step]
  to?.scrollIntoView({ block: 'center' })
  return focus(to)
}

function showList() {
  list.querySelector('dialog').showModal()
  return list
}

const acts = {
  '/': () => focus(box()),
  '?': showList,
  n: () => { const at = document.querySelector('.st-key-chats-new button'); at?.click(); return at },
  c: copy,
  j: () => citation(1),
  k: () => citation(-1),
}

const types = at => at?.closest?.('input, textarea, select, [contenteditable=""], [contenteditable="true"], canvas, [role="grid"]')

// "@" at the beginning of a word opens the choice of documents; another one there is written into the question.
function at(event) {
  if (event.target === box() && where() && /(^|\s)$/.test(box().value.slice(0, box().selectionStart))) {
    event.preventDefault()
    focus(where())
  } else if (event.target === where() && !where().value) {
    event.preventDefault()
    focus(box())
    document.execCommand('insertText', false, '@')
  }
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.isComposing || event.defaultPrevented) return
  if (event.key === '@') return at(event)
  if (event.altKey || types(event.target) || document.querySelector(dialogs)) return
  if (acts[event.key]?.()) event.preventDefault()
}

function clicked(event) {
  if (event.target.closest?.('[data-oaken-keys]')) showList()
  if (event.target.closest?.('[data-oaken-print]')) print()
  if (event.target === list?.querySelector('dialog')) event.target.close()  // beside the list
}

function draw({ title, close, keys }) {
  const make = (name, words, ...inside) => {
    const made = document.createElement(name)
    if (words) made.textContent = words
    made.append(...inside)
    return made
  }
  const rows = keys.flatMap(([key, words]) => [make('dt', '', make('kbd', key)), make('dd', words)])
  const button = make('button', close)
  button.addEventListener('click', () => list.querySelector('dialog').close())
  const dialog = make('dialog', '', make('h2', title), make('dl', '', ...rows), button)
  dialog.setAttribute('aria-label', title)
  if (list) return list.replaceChildren(dialog)
  list = make('div', '', dialog)
  list.id = 'oaken-keys'
  document.body.append(list)
  document.addEventListener('keydown', pressed)
  document.addEventListener('click', clicked)
}

// The page can be installed as an app. The door asks for the session's cookie, so it is sent along.
function installable() {
  if (document.querySelector('link[rel="manifest"]')) return
  const link = document.createElement('link')
  Object.assign(link, { rel: 'manifest', href: new URL('manifest.json', import.meta.url).href })
  link.crossOrigin = 'use-credentials'
  document.head.append(link)
}

let drawn = ''

export default function ({ data }) {
  if (!data || drawn === JSON.stringify(data)) return
  drawn = JSON.stringify(data)
  draw(data)
  installable()
}
