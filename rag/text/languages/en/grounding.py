"""English: words of ``schema/grounding.py``."""

from __future__ import annotations

from rag.text.languages.schema.grounding import GroundingWords, HedgeWords, NegationWords, PassiveWords

HEDGES = HedgeWords(
    hedges=r"(?:much|most|many|some|part|parts|half|few|majority|minority|third|quarter) of(?: the)?|most|few|nearly|"
    r"almost|hardly|barely|scarcely|rarely|seldom|sometimes|occasionally|usually|generally|typically|mostly|mainly|"
    r"partly|partially|perhaps|possibly|probably|presumably|allegedly|reportedly|supposedly|(?-i:may)|might|could|can",
    conditions="if|unless|provided that",
    no_condition="even as see know ask asked asks asking establish determine check decide wonder wondered tell out "
    "question",
    beliefs=r"(?:(?:claim|alleg|believ|argu|suggest|speculat|suppos|assum|imagin|doubt|den[iy]|hop|fear|pretend|"
    r"propos|insist|hypothesi[sz])(?:e?s|e?d|ing|ies|ied)?|think(?:s|ing)?|thought|suspect(?:s|ed)?|claims? was|"
    r"expect(?:s|ed)?)(?: \w+ly)? that|"
    r"(?:believed|thought|said|rumou?red|alleged|supposed|claimed|assumed|expected) to",
)

NEGATION = NegationWords(
    negators="not no never none nobody nothing neither nor without cannot can't don't doesn't didn't isn't wasn't "
    "aren't weren't won't wouldn't shouldn't couldn't mustn't hasn't haven't hadn't ain't failed fails fail refused "
    "refuses unable hardly",
    affirming=r"(?:not?|never) (?:more|less|fewer|later|earlier|only|just|merely|until|least)|no doubt|no\. ?\d\w*",
    prefixes="un|in|im|dis|non",
)

PASSIVE = PassiveWords(
    be="is|are|was|were|been|being", be_infinitive="be", adverb="ly", determiners="the|a|an|its|his|her|their"
)

GROUNDING = GroundingWords(
    hedges=HEDGES,
    negation=NEGATION,
    clause="but|although|though|while|whereas|because|which|who",
    subordinators="that",
    joins="and|or|but",
    openers="however since according additionally initially finally originally today currently recently later "
    "eventually despite although though overall generally typically usually often sometimes similarly instead "
    "furthermore moreover meanwhile therefore thus hence yes unlike like given based within across among besides "
    "together many several various people answer text",
    points_back="it|its|he|his|him|she|her|they|their|them|this|these",
    agent_markers="by",
    respectively="respectively",
    name_links="of|the|and",
    name_endings="n an ian s ish ese i y ns ans ians",
    fixed_order=True,
    attribute_follows=False,
    passive=PASSIVE,
)
