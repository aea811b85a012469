"""English: words of ``schema/answer_types.py``."""

from __future__ import annotations

from rag.text.languages.schema.answer_types import AnswerTypePatterns, AnswerTypeWords

_PAID = (
    r"pric|rent|deposit|fee|fare|fine|cost|salar|wage|tax|bill|debt|budget|contribution|subsid|penalt|compensation|loan"
)
# What is no length, though one asks how high or how great it is.
_NO_LENGTH = (
    rf"(?!.*\b(?:{_PAID}|temperature|percent|share|proportion|score|number|rate|interest|speed|pressure|consumption|"
    r"limit|risk|voltage|dose))"
)

ANSWER_TYPES = AnswerTypeWords(
    money=AnswerTypePatterns(
        asks=rf"how (?:high|big|large) .*\b(?:{_PAID})|"
        r"how much .*(cost|pay|paid|charge|earn|price|raise|worth|spen[dt])|"
        r"\b(price|fee|fare|fine|salary|cost) |"
        r"what (do|does|did|must|should|would) .*\b(pay|cost|charge)\b(?! for\W*$)",
        offers=r"euro|dollar|pound|crown|cent\b|cents\b|franc|\bfree\b|for nothing",
    ),
    weight=AnswerTypePatterns(
        asks=r"how heavy|weigh(s|ed)?\b",
        offers=r"<n>(kilo|gram|tonn|ton\b|tons\b|pound|lb)",
    ),
    length=AnswerTypePatterns(
        asks=rf"how (far|tall|high|deep|wide)\b{_NO_LENGTH}|"
        r"what ((is|was|are|were) the )?(\w+ )?(height|length|depth|width|distance|diameter|aperture) ",
        offers=r"<n>(metre|meter|centi|kilo|mile|feet|foot|inch|hectare)\b|metres?\b",
    ),
    hour=AnswerTypePatterns(
        asks=r"what time|at what hour|(opening|closing) (time|hour)",
        offers=r"\d{1,2}\s?(am|pm|a\. ?m|p\. ?m)|o'clock|noon|midnight|half past|quarter (to|past)|"
        r"\b(at|from|until|till|to) <hour>\b",
    ),
    colour=AnswerTypePatterns(
        asks=r"(what|which) colou?r",
        offers=r"\b(red|green|blue|yellow|white|black|brown|grey|gray|orange|pink|purple|golden?|silver|cream)",
    ),
    age=AnswerTypePatterns(
        asks=r"how old",
        offers=r"(?<!\d)\d{1,3}[ -]?year|\w+ years\b|aged? \d|\bage of",
    ),
    year=AnswerTypePatterns(asks=r"(what|which) year", offers=r"\bcentur"),
    when=AnswerTypePatterns(
        asks=r"^\W*((and|but|so|since|until|till|from|by) )*when\b<later>|(what|which) (date|day|month|season)",
        offers=r"spring|summer|autumn|winter|morning|evening|night|every|daily|centur",
    ),
    percentage=AnswerTypePatterns(
        asks=r"what (percent|proportion)|(percentage|proportion|share) of",
        offers=r"per ?cent|half|third|quarter",
    ),
    temperature=AnswerTypePatterns(
        asks=r"what ((is|was) the )?(\w+ )?temperature|how (hot|cold|warm)\b",
        offers=r"\bdegrees?\b|freezing|boiling|zero",
    ),
    power=AnswerTypePatterns(
        asks=r"what power|how (powerful|strong) (is|was|are|were) .*\b(engine|motor)",
        offers=r"horse ?power|watt",
    ),
    count=AnswerTypePatterns(asks=r"how (many|much|often|long|fast|old)|\bnumber of|what (number|phone)"),
    person=AnswerTypePatterns(
        asks=r"^\W*(\w+ )?who(m|se)?\b(?! (can|may|must|should|has to|is allowed)\b|"
        r" (?:is|was|are|were) (?-i:[A-ZÀ-Þ]))"
    ),
    number_words="one hundred thousand million once twice half both none",
    asking_later="what|who|whom|whose|which|how|where|why",
    before_year="in|since|until",
    counted=r"\w+s\b",
    after_year="",
    brief=r"\b(who(m|se)?|when|where|which|what)\b|"
    r"\bhow (many|much|often|long|big|large|far|old|tall|high|deep|wide|heavy|fast)\b|"
    r"^\W*(is|are|was|were|do|does|did|can|could|may|must|should|has|have|will)\b",
    long=r"\bhow (do|does|did|can|could|to|should|would|is|are)\b|\bwhy\b|\bdiffer|\bcompare|\bversus\b|\bexplain|"
    r"\bdescribe|^\W*list\b|\bsteps?\b|\b(what|which) (\w+ ){0,2}are\b|"
    r"\bwhich (\w+ ){0,2}(?!(?:is|was|has|does|its|this)\b)\w+s\b|"
    r"\bwhat (happens|does .* do)\b|\bwhat (should|can|must|do) (i|we|you) do\b",
)
