// What is clicked on anything marked data-oaken becomes a trigger in the script; data-oaken-copy goes to the clipboard.
// One invisible component for the whole page: what st.html draws has no events of its own.
let tell = null

// By type: formatted text goes beside the plain, so that each program takes what it can use.
async function copied(texts) {
  if (navigator.clipboard && window.ClipboardItem) {
    const blobs = Object.entries(texts).map(([type, text]) => [type, new Blob([text], { type })])
    return navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))])
  }
  const box = document.createElement('textarea')  // a page that is not served from this machine has no clipboard
  box.value = texts['text/plain']
  document.body.append(box)
  box.select()
  box.addEventListener('copy', event => {
    for (const [type, text] of Object.entries(texts)) event.clipboardData.setData(type, text)
    event.preventDefault()
  })
  document.execCommand('copy')
  box.remove()
}

// On a phone the menu covers the page or the conversation that was chosen in it, and the page that is opened next if
// Streamlit remembers that it was open.
const WIDE = 1100  // pixels: from here on a source stands beside the conversation
const PHONE = 768  // pixels: narrower, and the menu lies over the page
const CHOICES = '.st-key-chats-new button, [class*="st-key-chat-"] button, [data-testid="stSidebarNavLink"]'

function uncover(event) {
  if (innerWidth < PHONE && event.target.closest?.(CHOICES)) {
    setTimeout(() => document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click())
  }
}

function forget() {
  if (innerWidth >= PHONE) return
  for (const key of Object.keys(localStorage)) if (key.startsWith('stSidebarCollapsed')) localStorage.removeItem(key)
}

// A card is clicked for the button on it; but who marks its words, to copy them, does not click it.
function meant(event) {
  const at = event.target.closest?.('[data-oaken], [data-oaken-copy]')
  if (at || getSelection()?.toString()) return at
  return event.target.closest?.('.oaken-card')?.querySelector('[data-oaken]')
}

// Several may say the same, as a sentence's number and its card's: where the keyboard returns to (source.js).
function noteOpener(at) {
  const same = [...document.querySelectorAll(`[data-oaken="${CSS.escape(at.dataset.oaken)}"]`)]
  window.oakenOpener = { says: at.dataset.oaken, nth: same.indexOf(at) }
}

function clicked(event) {
  uncover(event)
  const theme = event.target.closest?.('[data-oaken-theme]')
  if (theme) return paint(theme.dataset.oakenTheme)
  const at = meant(event)
  if (!at) return
  event.preventDefault()
  if (at.dataset.oaken) {
    if (!at.dataset.step) noteOpener(at)
    tell?.(at.dataset.oaken + (innerWidth < WIDE ? '' : '@wide'))
  }
  if (at.dataset.oakenCopy) {
    copied(JSON.parse(at.dataset.oakenCopy)).then(() => {
      at.classList.add('oaken-copied')
      setTimeout(() => at.classList.remove('oaken-copied'), 1600)
    })
  }
}

// Dialogs and menus stand outside .stApp, which alone knows the theme: light-dark() needs it there too.
let watched = null

function theme() {
  const app = document.querySelector('.stApp')
  if (!app) return
  document.documentElement.style.colorScheme = getComputedStyle(app).colorScheme
  if (watched === app) return
  watched = app
  new MutationObserver(theme).observe(app, { attributes: true, attributeFilter: ['class'] })
}

// What is to be read aloud stands in .oaken-aloud, which Streamlit draws anew each time; a screen reader only heeds what
// changes within an element that was there before: this one, which outlives the page's runs. It is emptied once the
// answer is no longer on the page.
let aloud = null

function speak() {
  const words = document.querySelector('.oaken-aloud')?.textContent
  const gone = words === undefined && document.querySelector('[data-test-script-state="notRunning"]')
  if ((words || gone) && aloud.textContent !== (words ?? '')) aloud.textContent = words ?? ''
}

// Streamlit has a menu of themes for developers only. It reads the choice from here, for each page, when that is loaded.
const chosenTheme = path => `stActiveTheme-${path}-v2`

function paint(theme) {
  const pages = [...document.querySelectorAll('[data-testid="stTopNavLink"], [data-testid="stSidebarNavLink"]')]
  for (const path of [location.pathname, ...pages.map(each => new URL(each.href).pathname)]) {
    localStorage.setItem(chosenTheme(path), JSON.stringify(theme))
  }
  location.reload()
}

function markTheme() {
  const now = JSON.parse(localStorage.getItem(chosenTheme(location.pathname)) ?? '"System"')
  for (const each of document.querySelectorAll('[data-oaken-theme]')) {
    each.setAttribute('aria-pressed', each.dataset.oakenTheme === now)
  }
}

function listen() {
  if (aloud) return
  aloud = document.createElement('div')
  aloud.id = 'oaken-aloud'
  aloud.setAttribute('role', 'status')
  aloud.setAttribute('aria-live', 'polite')
  document.body.append(aloud)
  new MutationObserver(() => { speak(); markTheme() }).observe(document.querySelector('#root') || document.body, {
    childList: true, subtree: true, attributes: true, attributeFilter: ['data-test-script-state'],
  })
}

export default function ({ data, setTriggerValue }) {
  theme()
  listen()
  markTheme()
  addEventListener('pagehide', forget)
  if (data?.language) document.documentElement.lang = data.language
  if (data?.chosen) document.cookie = `oaken-language=${data.language}; path=/; max-age=31536000; SameSite=Strict`
  const mine = what => setTriggerValue('clicked', what)
  if (!tell) document.addEventListener('click', clicked)
  tell = mine
  return () => {
    if (tell !== mine) return
    tell = null
    document.removeEventListener('click', clicked)
  }
}
