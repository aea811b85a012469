"""English: words of ``schema/conversation.py``."""

from __future__ import annotations

from rag.text.languages.en.replies import REPLIES
from rag.text.languages.schema.conversation import (
    BoilerplateWords,
    ConversationWords,
    PeriodWords,
    SmallTalk,
    SuggestedQuestions,
)

GREETING = SmallTalk(
    pattern="(?:hi|hello|hey|hiya|greetings|good (?:morning|afternoon|evening|day))(?: there| oaken| everyone)?",
    reply="Hello! Ask me something about your documents.",
)

HOW_ARE_YOU = SmallTalk(
    pattern="(?:(?:hi|hello|hey),? )?how are you(?: doing)?(?: today)?|how's it going|what's up",
    reply="Ready to look things up in your documents. What would you like to know?",
)

_DONE = "(?:that'?s|that is|that was|that will be) (?:enough|all|everything|it)(?: i need(?:ed)?)?(?: for now)?"
_THANK = "(?:many thanks|thanks|thank you|thx|cheers)(?: a lot| very much| so much| again| oaken)?"
_HELPED = "that (?:helps|helped|was helpful)(?: a lot| me)?|for (?:your|the) help"

THANKS = SmallTalk(
    pattern=f"(?:ok(?:ay)?,? |great,? |perfect,? )?{_THANK}(?:,? (?:{_DONE}|{_HELPED}))?|{_DONE},? {_THANK}|"
    "(?:ok(?:ay)?|great|perfect|got it|i see|all right)",
    reply="You are welcome.",
)

FAREWELL = SmallTalk(
    pattern="(?:good ?bye|bye|bye bye|see you(?: later| soon)?|good night)",
    reply="Goodbye. Your documents stay here, on your machine.",
)

ABOUT_OAKEN = SmallTalk(
    pattern="(?:(?:hi|hello|hey),? )?(?:what (?:can|do) you do|what are you(?: able to do)?|who are you|what is oaken|"
    "how do (?:you work|i use (?:you|this|oaken))|how does (?:this|it|oaken) work|what can i (?:ask|do here|ask you|"
    "ask here)|can you help me|help(?: me)?(?: please)?)",
    reply="I answer questions from your own documents, with the exact words, file and page for every sentence, and I "
    "say so where they do not answer. You can also ask: “Which documents mention …?”, “What is new since May?”, “How "
    "many documents are there?”, “List my PDFs”, “Summarise FILE”.",
)

PERIODS = PeriodWords(
    today=r"\btoday\b",
    yesterday=r"\byesterday\b",
    last_week="last week",
    last_month="last month",
    this_week="this week",
    this_month="this month",
    this_year="this year",
)

SUGGESTED = SuggestedQuestions(
    summary="Summarise {file}",
    section="Summarise “{x}” in {file}",
    says="What does {file} say about “{x}”?",
    mention="Which documents mention “{x}”?",
    compare="Compare these two documents",
)

BOILERPLATE = BoilerplateWords(
    leads_elsewhere="contents, table of contents, toc, see also, navigation, menu, related, related pages, related "
    "articles, related topics, links, external links, further reading, references, bibliography, index, on this "
    "page, in this article, next steps, learn more",
    pointers="see also, see, back to, read more, click here, go to, return to, jump to, skip to, learn more, next, "
    "previous, home, for more information see, for more details see, for details see, for more see",
    places="section, chapter, page, also, table, figure, appendix",
    articles="the",
    every_page=(
        r"\bcookies?\b",
        r"all rights reserved|\bcopyright\b",
        r"enable javascript|skip to (?:main )?content",
    ),
    to_a_machine=(
        r"(?:ignor|disregard|forget|overrid|bypass)\w*\b.{0,40}\b(?:above|previous|prior|earlier|instruction|prompt|"
        r"rules?)",
        r"\b(?:you are|act as|pretend to be|behave as)\b.{0,30}\b(?:assistant|ai|language model|chatbot|bot|gpt|llm)\b",
        r"\b(?:system prompt|as an ai|language model|dear (?:ai|assistant|model|chatbot))\b",
        r"\b(?:assistant|ai|model|chatbot|llm)s?\b,? (?:must|should|shall|please)\b.{0,40}\b(?:say|answer|reply|"
        r"respond|reveal|output|print|tell)",
    ),
)

CONVERSATION = ConversationWords(
    greeting=GREETING,
    how_are_you=HOW_ARE_YOU,
    thanks=THANKS,
    farewell=FAREWELL,
    about_oaken=ABOUT_OAKEN,
    periods=PERIODS,
    suggested=SUGGESTED,
    boilerplate=BOILERPLATE,
    replies=REPLIES,
    language_names={
        "en": "English",
        "es": "Spanish",
        "ru": "Russian",
        "de": "German",
        "fr": "French",
        "it": "Italian",
        "pt": "Portuguese",
        "uk": "Ukrainian",
        "": "not told",
    },
)
