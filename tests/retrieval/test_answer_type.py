from __future__ import annotations

import pytest

from rag.retrieval.answer_type import (
    Event,
    answer_type_match,
    answer_type_of,
    asking_words,
    event_match,
    event_of,
    event_word,
    is_brief,
    is_in_other_unit,
    permission_words,
)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("How much does a ticket cost?", "money"),
        ("¿Cuánto vale el menú?", "money"),
        ("Сколько стоит билет?", "money"),
        ("In which year did it open?", "year"),
        ("¿En qué año abrió?", "year"),
        ("В каком году открыли?", "year"),
        ("When does it open?", "when"),
        ("Сколько лет капитану?", "age"),
        ("¿Cuántos puestos hay?", "count"),
        ("Who is the captain?", "person"),
        ("Сколько весит якорь?", "weight"),
        ("What colour is the tram?", "colour"),
        ("What is the aperture of the telescope?", "length"),
        ("What does an adult pay for a public night?", "money"),
        ("¿Qué paga un adulto por la visita?", "money"),
        ("When the mill failed, how many men were owed wages?", "count"),
        ("And until when does the lease run?", "when"),
        ("Und bis wann läuft der Vertrag?", "when"),
        ("А до каких пор действует договор?", "when"),
        ("How high is the deposit?", "money"),
        ("Wie hoch ist die Kaution?", "money"),
        ("¿Cuánto es la fianza?", "money"),
        ("How high is the tower?", "length"),
    ],
)
def test_a_question_asks_for_a_kind(question: str, name: str) -> None:
    kind = answer_type_of(question, "en")
    assert kind is not None and kind.name == name


@pytest.mark.parametrize(
    "question",
    [
        "What is flown from the mast when a night is called off?",  # "when" that does not ask
        "¿Qué hacían los barqueros cuando había niebla?",
        "Что поднимают на мачту, когда паром не ходит?",
        "What drives the weight of the clock?",
        "Какую платформу запустят?",
        "When the mill failed, what were the men given?",
        "Cuando cerró el molino, ¿qué les dieron?",
        "Когда мельница закрылась, что получили рабочие?",
        "What did the town pay for?",
        "Who is Niamh Murphy?",
        "Wer ist Frau Möller?",
        "¿Quién es Ana Ruiz?",
        "Кто такая Анна Петрова?",
    ],
)
def test_a_word_in_passing_asks_for_nothing(question: str) -> None:
    assert answer_type_of(question, "en") is None


@pytest.mark.parametrize(
    ("question", "good", "poor"),
    [
        ("How much is the fare for children?", "Children pay 2 crowns.", "Children are welcome."),
        ("In which year was it built?", "They built it in 1871.", "They built it quickly."),
        ("How heavy is the anchor?", "It weighs 86 kg.", "It is black with age."),
        ("¿Cuántos puestos hay?", "Hay sesenta y cuatro.", "Hay muchos."),
        ("How many craters have new names?", "It has 188 entries.", "In spring the Moon is shown first."),
        ("Какой мощности двигатель?", "Двигатель на 90 лошадиных сил.", "Цены растут."),
        ("What percentage of the boats leak?", "A third of them do.", "Nearly all do."),
        ("What temperature is the water?", "It has 11 degrees.", "It is fresh."),
        ("What power has the ferry's engine?", "An engine of 90 kW.", "It is loud."),
        ("Сколько в году рейсов?", "Рейсов 300.", "Цены действуют с: 2024-03-01"),
        ("How many boats are there?", "There are 7 of them.", "The club was founded on 5 May 1911."),
        ("¿Cuántos socios hay?", "En 1911 había 40.", "Se fundó en 1911."),
        ("Сколько в кружке человек?", "В 1974 году их было 12.", "Кружок открыли в 1974 году, 5 мая."),
        ("Кто капитан парома?", "Это известный всем Лука Вершинин.", "Это знают все."),
    ],
)
def test_a_sentence_offers_it_or_not(question: str, good: str, poor: str) -> None:
    kind = answer_type_of(question, "en")
    assert answer_type_match(kind, good, frozenset()) == 1.0
    assert answer_type_match(kind, poor, frozenset()) == 0.0


def test_what_the_question_holds_itself_is_no_answer() -> None:
    kind = answer_type_of("How many of the 14 stops have a roof?", "en")
    assert answer_type_match(kind, "There are 14 stops.", frozenset({"14"})) == 0.0
    assert answer_type_match(kind, "Of 14 stops 9 have one.", frozenset({"14"})) == 1.0


def test_where_nothing_in_particular_is_asked_every_sentence_offers_half() -> None:
    assert answer_type_match(answer_type_of("Why did it close?", "en"), "Because of the flood.", frozenset()) == 0.5


def test_a_sentence_of_an_unknown_language_is_never_taken_to_offer_nothing() -> None:
    kind = answer_type_of("How much does a ticket cost?", "en")
    assert answer_type_match(kind, "Un billet se prend à bord.", frozenset(), "fr") == 0.5
    assert answer_type_match(kind, "Un billet coûte 3 €.", frozenset(), "fr") == 1.0
    assert answer_type_of("Quanto custa?", "pt") is None and answer_type_of("Quanto custa?", "") is None


@pytest.mark.parametrize(
    ("question", "language", "brief"),
    [
        ("Which port is it?", "en", True),  # "is" is no plural
        ("Which lease has the higher deposit?", "en", True),
        ("How many hosts are there?", "en", True),
        ("Is the museum open on Monday?", "en", True),
        ("Which tag names are reserved?", "en", False),
        ("How do I light the heater?", "en", False),
        ("What is the difference between a tag and a branch?", "en", False),
        ("my heater is slow", "en", False),
        ("¿Qué es un fork?", "es", True),
        ("¿Cómo se llama el faro?", "es", True),
        ("¿Está incluida la luz?", "es", True),
        ("¿Qué atributos tiene?", "es", False),
        ("¿Cómo lo instalo?", "es", False),
        ("Как долго он горел?", "ru", True),
        ("Какой порт использует демон?", "ru", True),
        ("Какие теги заняты?", "ru", False),
        ("Почему он не горит?", "ru", False),
        ("Comment allumer le chauffage ?", "fr", True),  # not known here
    ],
)
def test_what_a_few_words_answer(question: str, language: str, brief: bool) -> None:
    assert is_brief(question, language) is brief


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("Either party may end it by letter.", 0.0),
        ("It ends with three months' notice.", 0.4),
        ("It ends in May.", 1.0),
        ("It ends at noon.", 1.0),
    ],
)
def test_may_is_a_month_after_a_preposition_only(text: str, match: float) -> None:
    assert (
        answer_type_match(answer_type_of("When does it end?", "en"), text, frozenset({"when", "does", "it", "end"}))
        == match
    )


def test_the_words_that_ask_for_a_permission_are_told() -> None:
    assert "allowed" in permission_words("Am I allowed to light a fire?", "en")
    assert "erlaubt" in permission_words("Ist Grillen erlaubt?", "de")
    assert permission_words("Where is the hut?", "en") == permission_words("Est-ce permis ?", "fr") == frozenset()


def test_the_words_that_ask_how_great_it_is_are_told() -> None:
    assert asking_words("How high is the deposit?", "en") == {"how", "high"}
    assert asking_words("Wie lange gilt der Vertrag?", "de") == {"wie", "lange"}
    assert asking_words("Quelle est la hauteur ?", "fr") == frozenset()


@pytest.mark.parametrize(
    ("question", "text", "other"),
    [
        ("What does a half plot cost?", "plot (125 sqm) |", True),
        ("What does a half plot cost?", "GBP: 31.00", False),
        ("What does a half plot cost?", "31 EUR for 125 m²", False),
        ("¿Cuánto cuesta el menú?", "cuesta 4,20 coronas al día", False),  # a currency that nobody listed
        ("How heavy is the bell?", "rang at 20 °C", True),
        ("When was the bell hung?", "weighs 300 kg", False),  # a time is told in no unit
    ],
)
def test_a_number_in_the_unit_of_another_kind_is_none_of_this(question: str, text: str, other: bool) -> None:
    kind = answer_type_of(question, "es" if question.startswith("¿") else "en")
    assert kind is not None and is_in_other_unit(kind, text) == other


@pytest.mark.parametrize(
    ("question", "language", "event", "word"),
    [
        ("Did we decide to buy the compost toilet?", "en", Event.DECISION, "decide"),
        ("What was agreed about the rents?", "en", Event.DECISION, "agreed"),
        ("How much did we pay for manure?", "en", Event.PAYMENT, "pay"),
        ("Haben wir den Kauf beschlossen?", "de", Event.DECISION, "beschlossen"),
        ("Wie viel haben wir für den Mist bezahlt?", "de", Event.PAYMENT, "bezahlt"),
        ("¿Cuánto pagamos por el estiércol?", "es", Event.PAYMENT, "pagamos"),
        ("¿Qué se decidió sobre el baño?", "es", Event.DECISION, "decidió"),
        ("Сколько мы заплатили за навоз?", "ru", Event.PAYMENT, "заплатили"),
        ("Что решили о туалете?", "ru", Event.DECISION, "решили"),
        ("What does a load of manure cost?", "en", None, ""),  # no payment that was made
        ("How much did passengers pay for a ticket in 1911?", "en", None, ""),  # a tariff tells
        ("Who decides about hives?", "en", None, ""),
        ("When do I have to pay the rent?", "en", None, ""),
        ("Quand avons-nous payé ?", "fr", None, ""),
    ],
)
def test_a_question_asks_for_an_event(question: str, language: str, event: Event | None, word: str) -> None:
    assert event_of(question, language) is event and event_word(question, language, event) == word


@pytest.mark.parametrize(
    ("event", "text", "headings", "around", "match"),
    [
        (Event.DECISION, "It was resolved to buy it, by 17 votes to 4.", "minutes", "", 1.0),
        (Event.DECISION, "Whether we buy it will be decided there.", "newsletter", "", -1.0),
        (Event.DECISION, "Shall the fence be mended?", "agenda 2024", "", -1.0),
        (Event.DECISION, "Darüber soll im Herbst entschieden werden.", "", "", -1.0),
        (Event.DECISION, "Se acordó comprarlo.", "", "", 1.0),
        (Event.PAYMENT, "TOTAL £154.80", "", "", 1.0),
        (Event.PAYMENT, "3 loads 114.00", "receipt 2024", "", 0.5),
        (Event.PAYMENT, "3 loads 114.00", "", "RECEIPT No. 7\n3 loads 114.00", 0.5),
        (Event.PAYMENT, "Horse manure | £38.00", "price list 2024", "", -1.0),
        (Event.PAYMENT, "Навоз 300", "прейскурант", "", -1.0),
        (Event.PAYMENT, "The hut is green.", "", "", 0.0),
        (None, "TOTAL £154.80", "receipt", "", 0.0),
    ],
)
def test_a_text_reports_an_event_or_announces_it(
    event: Event | None, text: str, headings: str, around: str, match: float
) -> None:
    assert event_match(event, text, headings, around) == match
