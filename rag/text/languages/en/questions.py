"""English: words of ``schema/questions.py``."""

from __future__ import annotations

from rag.text.languages.schema.questions import ComparisonWords, FollowUpWords, QuestionWords

COMPARISON = ComparisonWords(
    comparing=r"compar(?:e[sd]?|ing|isons?)|differ(?:s|ed|ences?)?|in common",
    changing=r"chang(?:ed|es)|(?:what|anything)(?:['’]s| is| are| was| were)? (?:new|different)",
    older=r"old(?:er|est)?|previous|former|earlier|earliest|prior|original|outdated|draft",
    newer=r"new(?:er|est)?|current|latest|later|recent|present|updated|revised|amended|final",
    earlier=r"before\W*$|previously|formerly|earlier on|in the past|used to be|back then",
    now=r"now|nowadays|currently|at present",
    topicless=r"different(?:ly)?|otherwise|always|(?:the )?same|be(?:en)?|say|said|that way|contract|version",
    both=r"two|both",
    unspecific=r"main|key|major|important|significant|biggest|all|every|each|details?|versions?|documents?|files?|papers?|"
    r"texts?|copy|copies|content|list|show|tell|points?|lines?|places?|new|different|difference|one|ones|since|anything",
    more=r"\b(?:more|less|better|best|worse|worst|further|farther|fewer|(?:cheap|dear|bigg|larg|small|high|low|"
    r"long|short|old|young|new|fast|slow|quick|heavi|light|wid|narrow|deep|shallow|tall|earli|lat|soon|warm|cold|hott|"
    r"cool|near|clos|hard|soft|easi|simpl|strong|weak|strict|saf|loud|quiet|thick|thinn|bright|dark|rich|poor|great)"
    r"e(?:r|st))\b",
    degree=r"\b(?:more|less|most|least)(?: \w+)?|\b\w+e(?:r|st)\b|\b(?:better|worse|further)\b",
    asking="which|what|who|where|when|how|why|whose",
    unnamed="i|you|we|he|she|it|they|there|one|(?:all |any |the )?others?|their|its|everything",
    stand_in="one ones",
    link="of|for|in|on|at|from|to|by",
    what_is="What is {}?",
    dearer=r"\b(?:cheape\w+|deare\w+|(?:more|less|most|least) expensive|costs? (?:the )?(?:more|less|least))\b",
    price="How much does {} cost?",
    patterns=(
        r"\b(?:differ|distinction|distinguish|compar)\w*\b(?P<before>.*?)\bbetween <x> and <y>$",
        r"<asks>\b(?:do|does|did|is|are|was|were|makes?) <x> (?:differ|compare)\w* (?:from|to|than|with) <y>$",
        r"<asks>\b(?:do|does|did|is|are|was|were) <x> (?:and|or) <y> (?:differ\w*|compare)\b(?P<after>.*)$",
        r"^\W*(?:please |can you |could you )?compare <x> (?:with|to|and|against) <y>$",
        r"^\W*<x> (?:vs\.?|versus|compared (?:with|to)) <y>(?:[,:] (?P<after>.+))?$",
        r"(?P<before>^\W*(?:is|are|was|were|does|do|did|has|have|can)) <x> (?P<after><more>.*?) than <y>$",
        r"(?P<before><asks><more>[^,:;?]*[,:]) (?:between )?<x>,? or <y>$",
        r"(?P<before>^\W*(?:which|what|who) \w+ (?:the )?<more>(?: [^,:;?]+?)??) <x> or <y>$",
        r"^\W*<x> or <y>[,:;?] (?P<before><asks><more>.*)$",
        r"(?P<before>^\W*(?:is|are|was|were|does|do|did)) <x> or <y> (?P<after>(?:\w+ )?<more>.*)$",
    ),
    version_patterns=(
        r"\bchanged?\b(?P<before>.*?)\b(?:between|from) <x> (?:and|to) <y>$",
        r"\b(?:new|different|changed)\b(?P<before>.*?)\bin <y>,? (?:compared (?:to|with)|from|than in|versus) <x>$",
    ),
)

FOLLOW_UP = FollowUpWords(
    lead=r"^(and|but|so|what about|how about)\b",
    pointing="it its they them their he him his she her there that those this one ones",
    people_and_things="he him his she her they them",
    before_moment="on|in|at|during",
    article="",
    days=r"weekends?\b|weekdays?\b",
    seasons=r"springs?\b|summers?\b|autumns?\b|winters?\b",
    people=r"adults?\b|child(?:ren)?\b|kids\b|students?\b|pensioners?\b",
)

_VERBS = r"(?:is|are|was|were|do|does|did|has|have|had)(?:n['’]t)?"
_MODALS = r"(?:can|could|will|would|should|must|may)(?:n['’]t)?|can['’]t|won['’]t"
_PRONOUNS = "i|it|he|she|they|we|you|there|any(?:one|body|thing)"
_DETERMINERS = "the|an?|my|our|your|his|her|its|their|this|that|these|those|all|any|each|every|some"

QUESTIONS = QuestionWords(
    asking="what|which|who|whom|whose|when|where|why|how",
    asking_here="",
    about="(?:what|how) about",
    joins="and|but",
    before_asking="at|by|for|from|in|on|of|since|to|until|with",
    opens=r"who|whom|whose|what|which(?!\s+(?:in|of|for|to|on|at|by|with)\b)|"
    r"(?:when|where|why|how)(?!\s+(?:i|it|he|she|they|we|you|the|an?|this|that|these)\b)",
    whether=rf"(?!ha(?:s|ve|d)\s+\w+(?:ed|en)\b)(?:{_VERBS}|{_MODALS})",
    whether_joined=rf"(?:{_VERBS}|{_MODALS})\s+(?:{_PRONOUNS})|(?:{_MODALS})\s+(?:{_DETERMINERS})",
    inverted=r"(?:what|which|whose|when|where|why|whom?|how)(?:\s+(?!and\b)\w+){0,2}?\s+"
    rf"(?:{_VERBS}|{_MODALS})\s+(?:{_PRONOUNS}|{_DETERMINERS})",
    accents=("", ""),
    file="file",
    comparison=COMPARISON,
    follow_up=FOLLOW_UP,
)
