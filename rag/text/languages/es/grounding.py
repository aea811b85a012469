"""Español: words of ``schema/grounding.py``."""

from __future__ import annotations

from rag.text.languages.schema.grounding import GroundingWords, HedgeWords, NegationWords

HEDGES = HedgeWords(
    hedges=r"parte de|mayoría de|(?:algun[oa]s|much[oa]s|poc[oa]s|la mitad) de|poc[oa]s|casi|apenas|raramente|"
    r"rara vez|a veces|normalmente|generalmente|habitualmente|principalmente|en parte|quizás?|tal vez|posiblemente|"
    r"probablemente|supuestamente|presuntamente|pued[ea]n?|podrían?",
    conditions="si|salvo que|a menos que|siempre que|a condición de",
    no_condition="incluso aun como saber ver preguntar preguntó preguntaron decidir comprobar averiguar",
    beliefs=r"(?:cre(?:e|en|ía|ían|yó|yeron)|piensan?|pensaban?|pensó|supon(?:e|en|ía|ían)|supuso|"
    r"suger(?:ía|ían)|sugieren?|sugirió|aleg(?:a|an|ó|aron)|dud(?:a|an|ó|aba)|nieg(?:a|an)|neg(?:ó|aron|aba)|"
    r"esper(?:a|an|aba|aban)|tem(?:e|en|ía|ían)|sospech(?:a|an|ó|aba)|sostien(?:e|en)|sostuvo|sostenía) que",
)

NEGATION = NegationWords(
    negators="no nunca jamás nadie nada ninguno ninguna ningún tampoco sin ni",
    affirming=r"sin (?:embargo|duda)|no (?:más|menos|solo|sólo|solamente|antes|después|obstante)|no\. ?\d\w*",
    prefixes="des|in|im",
)

GROUNDING = GroundingWords(
    hedges=HEDGES,
    negation=NEGATION,
    clause="pero|aunque|mientras|sino|porque|que|quien",
    subordinators="que",
    joins="y|e|o|u|pero",
    openers="además según durante actualmente finalmente inicialmente originalmente hoy luego entonces así mediante "
    "aunque mientras generalmente normalmente muchos varios sí tras también respuesta",
    points_back="él|ella|ellos|ellas|su|sus|este|esta|estos|estas|esto",
    agent_markers="por",
    respectively="respectivamente",
    name_links="de|del|la|las|los|y",
    name_endings="a o as os",
    fixed_order=True,
    attribute_follows=True,
)
