// Streamlit's own words, which no parameter of its functions reaches, in the page's language. They are known by the
// element they stand in and by their whole English; what we draw, of documents above all, is not looked at.
const SAID_BY_STREAMLIT = new Set([
  'stSkipToContent', 'stDialog', 'stErrorCodeBlock', 'stSelectboxVirtualDropdown', 'InputInstructions', 'stStatusWidget',
  'stConnectionStatus', 'stTooltipContent', 'stDataFrameResizable', 'stDataFrameColumnVisibilityMenu',
  'stDataFrameColumnMenu', 'stDataFrameColumnFormattingMenu', 'stFileUploaderDropzone', 'stFileChip',
  'stMultiSelectDropdown', 'stFileUploaderFileErrorMessage', 'stTooltipErrorContent', 'stFileUploader',
])
const DROP_ZONE = '[data-testid="stFileUploaderDropzone"]'  // its button is written as our own are
const OURS = `[data-testid="stHtml"], [data-testid="stMarkdownContainer"]:not(${DROP_ZONE} *), [data-testid^="glide-cell"],
  #oaken-aloud`
const ATTRIBUTES = ['aria-label', 'placeholder', 'title', 'alt']
let words = {}
let gaps = []
let looking = null

// Of "stDialog: Close" the words mean something else in that element than elsewhere.
// "Remove {}" -> whether these are its words, and what stands in the gap
const plain = part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
const pattern = english => new RegExp(`^${english.split('{}').map(plain).join('([^]+)')}$`)

function learn(table) {
  words = table
  gaps = Object.entries(table).filter(([english]) => english.includes('{}')).map(([each, other]) => [pattern(each), other])
}

function said(given) {
  if (Object.hasOwn(words, given)) return words[given]
  for (const [looks, other] of gaps) {
    const found = looks.exec(given)
    if (found) return other.replace('{}', () => found[1])
  }
  return null
}

function ofText(node) {
  const near = node.parentElement
  if (!near || near.closest(OURS)) return
  const frame = near.closest(DROP_ZONE) ?? near.closest('[data-testid]')
  if (!SAID_BY_STREAMLIT.has(frame?.dataset.testid)) return
  const given = node.nodeValue.trim()
  const other = said(`${frame.dataset.testid}: ${given}`) ?? said(given)
  if (other !== null && other !== node.nodeValue) node.nodeValue = other
}

function ofAttribute(element, name) {
  const given = element.getAttribute(name)
  const other = given && said(given)
  if (other && other !== given) element.setAttribute(name, other)
}

function look(node) {
  if (node.nodeType === Node.TEXT_NODE) return ofText(node)
  if (node.nodeType !== Node.ELEMENT_NODE || node.closest(OURS)) return
  const walk = document.createTreeWalker(node, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, {
    acceptNode: each => each.matches?.(OURS) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  })
  for (let each = node; each; each = walk.nextNode()) {
    if (each.nodeType === Node.TEXT_NODE) ofText(each)
    else for (const name of ATTRIBUTES) if (each.hasAttribute(name)) ofAttribute(each, name)
  }
}

function changed(records) {
  for (const { type, target, attributeName, addedNodes } of records) {
    if (type === 'childList') addedNodes.forEach(look)
    else if (type === 'characterData') ofText(target)
    else if (!target.closest(OURS)) ofAttribute(target, attributeName)
  }
}

// What was said in another language before is taken back by the same table, turned round.
function speak(now) {
  const back = Object.entries(words).map(([english, other]) => [other, now[english] ?? english])
  learn({ ...Object.fromEntries(back), ...now })
  look(document.body)
  learn(now)
}

export default function ({ data }) {
  if (data?.words && JSON.stringify(data.words) !== JSON.stringify(words)) speak(data.words)
  if (looking) return
  looking = new MutationObserver(changed)
  looking.observe(document.body, {
    childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES,
  })
}
