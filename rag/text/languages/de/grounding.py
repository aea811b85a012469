"""Deutsch: words of ``schema/grounding.py``."""

from __future__ import annotations

from rag.text.languages.schema.grounding import GroundingWords, HedgeWords, NegationWords

HEDGES = HedgeWords(
    hedges=r"(?:viele|manche|einige|teile|ein(?:en|em)? (?:groß)?teil|hälfte|mehrheit|minderheit|mehrzahl|drittel|"
    r"viertel) (?:der|des|von)|meisten|wenigen?|fast|beinahe|nahezu|kaum|selten|manchmal|gelegentlich|bisweilen|"
    r"meist(?:ens)?|gewöhnlich|normalerweise|üblicherweise|in der regel|im allgemeinen|hauptsächlich|überwiegend|"
    r"vorwiegend|größtenteils|teilweise|zum teil|vielleicht|möglicherweise|eventuell|wahrscheinlich|vermutlich|"
    r"wohl|angeblich|mutmaßlich|k[aö]nn(?:en|ten?)?|dürften?|mag|mögen|soll(?:en)?",
    conditions="wenn|falls|sofern|solange|es sei denn|vorausgesetzt|unter der bedingung",
    no_condition="auch selbst sogar als wie",
    beliefs=r"(?:glaub(?:e?n|te?n?)|mein(?:e?n|te?n?)|denk(?:t|en)|dachten?|vermut(?:en|eten?)|vermutet|"
    r"(?:nimmt|nehmen|nahm(?:en)?) an|(?:nahe)?gelegt|behaupt(?:en|et|eten?)|bezweifel(?:t|n|ten?)|bestreite[tn]|"
    r"bestritt(?:en)?|hoff(?:en|te?n?)|(?:be)?fürcht(?:en|et|eten?)|spekulier(?:en|te?n?)|erwart(?:en|et|eten?)|"
    r"argwöhn(?:en|te?n?)),? (?:da(?:ss|ß)|der|die|das|den|dem|ein|eine|es|er|sie)",
)

NEGATION = NegationWords(
    negators="nicht kein keine keinen keinem keiner keines nie niemals niemand niemanden niemandem nichts nirgends "
    "nirgendwo weder ohne kaum unmöglich",
    affirming=r"nicht (?:mehr|weniger|später|früher|länger|höher|größer|kleiner|jünger|älter) als|"
    r"nicht (?:nur|bloß|allein|erst|zuletzt|umsonst)|(?:kein|ohne) zweifel",
    prefixes="un|nicht",
)

GROUNDING = GroundingWords(
    hedges=HEDGES,
    negation=NEGATION,
    clause="aber|sondern|jedoch|obwohl|obgleich|während|weil|denn|dass|daß|sodass|damit",  # others follow a comma
    subordinators="dass|daß",
    joins="und|oder|aber|sowie",
    openers="jedoch allerdings laut gemäß zudem außerdem zusätzlich zunächst anfangs schließlich letztlich "
    "ursprünglich heute derzeit gegenwärtig kürzlich später trotz insgesamt normalerweise meist meistens gewöhnlich "
    "oft häufig manchmal ebenso stattdessen ferner zugleich inzwischen daher deshalb somit folglich ja nein neben "
    "aufgrund innerhalb viele mehrere einige verschiedene dabei dort damals danach zuvor antwort",
    # "es" is Spanish too, "dies" English: within a sentence they say nothing.
    points_back="er|ihn|ihm|sie|ihr|ihre|ihren|ihrem|ihrer|ihnen|sein|seine|seinen|seinem|seiner|diese|dieser|dieses|"
    "diesem|diesen|dort|(?-i:Es|Dies)",
    agent_markers="",
    respectively="beziehungsweise|bzw",
    name_links="von|vom|zu|zur|der|des|und",
    name_endings="isch ische ischen ischer isches",
    fixed_order=False,  # the verb comes second, whatever stands before it
    attribute_follows=False,
)
