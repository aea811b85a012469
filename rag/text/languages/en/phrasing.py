"""English: words of ``schema/phrasing.py``."""

from __future__ import annotations

from rag.text.languages.schema.phrasing import PhrasingWords

# "the white building with …", "abstractions over …": what a thing is, not how it is at the moment.
_THE = r"the (?!best|only|same|first|last|next|main|most|right)(?:[a-z-]+ ){1,3}(?:that|which|where|with|used|for|of)\b"
_PLURAL = (
    r"(?!\w+(?:ed|en|ly|ing|able|ible)\b|held\b|not\b|also\b|all\b|always\b|as\b)"
    r"(?:[a-z-]+ ){0,3}[a-z]{3,}s (?:that|which|of|for|over|used|with|to)\b"
)
_MANY = r"(?<![suiy])s\b"
_COUNTED = r"(?:(?!(?:between|of|in|on|with|and|for|to|at|from|per|that)\b)[a-z-]+ ){0,2}[a-z]{2,}[^s\W\d]s"

PHRASING = PhrasingWords(
    name=r"[A-ZÁÉÍÓÚÑ][\w.+#'’-]*(?: [\w+#'’-]+){0,5}",
    about="about|some",
    asks=r"(?i)^(?:what|who|when|where|why|how|which|can|do|does|did|is|are|should|will)\b.+\?$",
    how_to=(
        (r"^How to @x$", "How do I {x}?"),
        (r"^(?!Working (?!with |on |in ))(?P<gerund>[A-Z][a-z]{2,}ing) @x$", "How do I {gerund} {x}?"),
    ),
    definitions=(
        (r"^@x(?: \([^)]{1,30}\))? (?P<answer>is (?:an? \w|" + _THE + r")[^.;:]+)", "What is {x}?"),
        (r"^@x(?: \([^)]{1,30}\))? (?P<answer>are (?:" + _THE + "|" + _PLURAL + r")[^.;:]+)", "What are {x}?"),
    ),
    facts=(
        (
            r"^@x was (?P<v>[a-z]+(?:ed|lt|wn|ught|st|den|ven|born)|born) (?:(?:to|by|for|as) [\w ]{1,40} )?"
            r"(?P<answer>(?:in|on) [^.;:()]*?\d{4})\b",
            "When was {x} {v}?",
        ),
        (r"^@x (?P<answer>opened (?:in|on) [^.;:()]*\d{4})", "When did {x} open?"),
        (
            r"^@x (?:has|contains|holds|seats|carries) (?P<answer>@n ?(?P<y>" + _COUNTED + r"))\b",
            "How many {y} does {x} have?",
        ),
        (
            r"^There (?:are|were) (?P<answer>@n ?(?P<y>" + _COUNTED + r")) (?P<p>in|on|at) (?P<x>[^,;:.]{3,40})$",
            "How many {y} are there {p} {x}?",
        ),
        (r"^@x (?P<answer>(?:takes?|lasts?) @n ?(?:minutes|hours|days|weeks|months|years))", "How long does {x} take?"),
        (r"^@x (?P<answer>is @n ?(?:crowns?|euros?|dollars?|pounds?|cents?|per ?cent|%))", "How much is {x}?"),
        (r"^@x (?P<answer>costs? @n ?@unit?)", "How much does {x} cost?"),
        (r"^@x (?P<answer>weighs? @n ?@unit)", "How much does {x} weigh?"),
        (r"^@x is (?P<answer>@n ?@unit (?P<y>long|high|tall|wide|deep|thick))\b", "How {y} is {x}?"),
        (
            r"^(?:The|An?) (?P<y>[a-z-]+(?: [a-z-]+)?) (?:of|for) (?P<x>[^,;:.]{3,50}?) (?P<answer>is @n[^.;:]*)",
            "What is the {y} of {x}?",
        ),
    ),
    cells=(
        (_MANY, r"^\d+$", "How many {label} does {x} have?"),
        (_MANY, "", ""),
        ("", "", "What is the {label} of {x}?"),
    ),
    articles="a an the",
    indefinite="a an",
    pointing="this that these those it its they them their he his she her him here there above below following "
    "previous next such another other others same both either former latter first second third last",
    function_words="how why where can could do does did is are was were will should be go we us we're our you your i "
    "my one each which what who whose if when while because although however also but so then now not no some many "
    "most all any every more less only even with without as for from in on at by to or",
    is_latin=True,
    vague="lifecycle thing things way ways reason reasons result results goal idea point problem problems question "
    "answer example examples case cases section chapter page document table figure note notes step steps rest part "
    "difference purpose benefit advantage stage stages hours times strategies conventions guidelines lists options "
    "languages rules plans parameters tips basics guide environment process system requirements issues practices "
    "introduction overview summary resources understanding considering including being having during according "
    "depending everything something nothing anything following getting looking learning knowing thinking string "
    "setting",
    gerund="ing",
    infinitive=("", "e"),
    second_action=r"^(?:and|or)\b|\b(?:and|or) \w+ing\b",
    adjective="",
    yes_no="yes|no",
    too_vague="examples?|again",
)
