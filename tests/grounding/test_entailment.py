"""Whether a sentence of a source entails a claim: the same said otherwise, and one thing changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.grounding.entailment import (
    EvidenceSentence,
    claim_coverage,
    is_quantity_supported,
    is_repetitive,
    read_sentences,
    share,
)
from rag.grounding.ground import check_claim
from rag.grounding.sentence_facts import facts
from rag.text.sentences import sentences
from rag.types import Passage
from tests.grounding.sources import of


@pytest.mark.parametrize(
    ("language", "text", "sentence"),
    [
        (
            "en",
            "Robert Lane paid 40 crowns (the usual price) on 5 May 1911.",
            "Robert Lane paid 40 crowns in May 1911.",
        ),
        ("en", "The line has twenty-one stops.", "The line has 21 stops."),
        ("en", "Germany's envoy was at the United Nations.", "The German envoy was at the UN."),
        ("en", "It was built in 1911 and closed in 1950.", "It was closed in 1950."),
        ("en", "In 1911, the tram opened.", "The tram opened in 1911."),
        ("en", "John Fitzgerald Kennedy was there.", "John Kennedy was there."),
        ("en", "The tram opened in 1911, but it does not run on Sundays.", "The tram opened in 1911."),
        ("en", "It opened in 1911. The tram was red.", "It opened in 1911. "),
        ("es", "La multa es de 1.250,5 euros.", "La multa es de 1250,5 euros."),
        ("es", "Nunca abre los domingos.", "No abre los domingos."),
        ("ru", "Паром построили 5 мая 1974 года на верфи.", "Паром построили в мае 1974 года."),
        ("ru", "На борт берут тридцать восемь человек.", "На борт берут 38 человек."),
    ],
)
def test_the_same_in_other_words(language: str, text: str, sentence: str) -> None:
    assert check_claim(sentence, [of(text, language)], language).supported


@pytest.mark.parametrize(
    ("language", "text", "sentence"),
    [
        ("en", "It was built in 1911 and closed in 1950.", "It was built in 1950."),
        ("en", "Edison won it in 1915 and Tesla in 1937.", "Edison won it in 1937."),
        ("en", "Anna beat Boris at chess.", "Boris beat Anna at chess."),
        ("en", "Jack Harkness (John Barrowman) is a friend.", "Jack Barrowman is a friend."),
        ("en", "There are 12 households; the average family size was 3.62.", "The average household size was 3.62."),
        ("en", "It runs 25 km to the quay.", "It runs 25 miles to the quay."),
        ("en", "Honda and Toyota made the Acura and the Lexus, respectively.", "Toyota made the Acura."),
        ("en", "The tram opened. Ada Lamb is the director. The bus was late.", "Ada Lamb opened the tram."),
        (
            "en",
            "The school of the town is run by a club of old friends.",
            "The primary school of the town is run by a club.",
        ),
        ("en", "Many schools in South Street are old.", "South Schools are old."),
        ("en", "The shop is open on Monday.", "The shop is never open on Monday."),
        ("en", "The shop opens at 5 p.m. on Monday.", "The shop opens at 5 a.m. on Monday."),
        ("es", "El tranvía abre los domingos.", "El tranvía no abre los domingos."),
        ("es", "La feria es el 5 de mayo.", "La feria es el 5 de junio."),
        ("ru", "Паром ходит по воскресеньям.", "Паром не ходит по воскресеньям."),
        ("ru", "Ярмарка проходит 5 мая.", "Ярмарка проходит 6 мая."),
    ],
)
def test_one_changed_detail_is_not_supported(language: str, text: str, sentence: str) -> None:
    assert not check_claim(sentence, [of(text, language)], language).supported


def test_two_statements_about_two_years_do_not_disagree() -> None:
    text = "In 1911 the tram had 14 stops. In 1950 the tram had 16 stops."
    judged = check_claim("In 1911 the tram had 14 stops.", [of(text)], "en")
    assert judged.supported and judged.conflict == ()


def test_a_bare_answer_needs_the_question_beside_it() -> None:
    held = [of("The tram line opened in 1911. The bakery burnt down in 1926.")]
    assert check_claim("1911.", held, "en", question="When did the tram line open?").supported
    assert not check_claim("1926.", held, "en", question="When did the tram line open?").supported
    assert not check_claim("The bakery.", held, "en", question="Which bakery burnt down?").supported  # nobody can tell


def test_what_a_heading_names_need_not_stand_in_the_sentence() -> None:
    held = of("It opened in 1911 on a wet Sunday.", section=("The Lindenau Tram",))
    assert check_claim("The Lindenau Tram opened in 1911 on a wet Sunday.", [held], "en").supported
    assert not check_claim("The Eastern Tram opened in 1911 on a wet Sunday.", [held], "en").supported


def test_a_missing_name_or_number_costs_a_score_and_a_denial_ends_it() -> None:
    held = [of("Petiver, a chemist of London, amassed the largest natural history collection in the world.")]
    whole = check_claim("The largest collection that Petiver the chemist amassed was of natural history.", held, "en")
    paris = check_claim(
        "The largest collection that Petiver the chemist amassed in Paris was of natural history.", held, "en"
    )
    never = check_claim(
        "The largest collection that Petiver the chemist never amassed was of natural history.", held, "en"
    )
    assert 0.0 < paris.score < whole.score and not paris.supported
    assert never.score == 0.0 and not never.supported


@pytest.mark.parametrize(
    ("source", "text", "supported"),
    [
        (
            "In October 2007 Internet2 officially retired Abilene.",
            "Internet2 was officially retired in October 2007.",
            False,
        ),
        (
            "In October 2007 Internet2 officially retired Abilene.",
            "Abilene was officially retired in October 2007.",
            True,
        ),
        ("The network, retired in October 2007, was Abilene.", "The network was retired in October 2007.", True),
        ("The network was officially retired in October 2007.", "The network was officially retired in 2007.", True),
        ("The council called the bridge the Long Bridge.", "The bridge was called the Long Bridge.", True),
    ],
)
def test_agent_and_object_are_not_interchangeable(source: str, text: str, supported: bool) -> None:
    assert check_claim(text, [of(source)], "en").supported is supported


def test_the_first_words_of_a_sentence_and_its_last_are_no_claim_of_it() -> None:
    text = "Between Bingen and Bonn, the Middle Rhine flows through the Rhine Gorge, a formation created by erosion."
    gorge = Passage("d", "rhine.md", text, 0, len(text), None, (), "en", 1.0, ("c",))
    assert not check_claim("The Middle Rhine is a formation created by erosion.", [gorge], "en").supported
    assert check_claim("The Middle Rhine flows through the Rhine Gorge.", [gorge], "en").supported


def test_what_a_source_limits_is_not_supported_without_the_limit() -> None:
    coast = of("Much of the coast is dry in summer.")
    assert not check_claim("The coast is dry in summer.", [coast], "en").supported
    assert check_claim("Much of the coast is dry in summer.", [coast], "en").supported


@pytest.mark.parametrize(
    ("language", "text", "other"),
    [
        ("de", "Die Bibliothek öffnet sonntags nicht. Sie hat 3 Säle.", "Die Bibliothek öffnet sonntags."),
        ("fr", "La bibliothèque n'ouvre pas le dimanche. Elle a 3 salles.", "La bibliothèque ouvre le dimanche."),
        ("pt", "A biblioteca não abre aos domingos. Tem 3 salas.", "A biblioteca abre aos domingos."),
        ("uk", "Бібліотека не працює в неділю. У ній 3 зали.", "Бібліотека працює в неділю."),
        ("tr", "Kütüphane pazar günleri açılmaz. Üç salonu var.", "Kütüphane pazar günleri açılır."),
        ("fi", "Kirjasto ei aukea sunnuntaina. Siinä on 3 salia.", "Kirjasto aukea sunnuntaina."),
        ("ar", "لا تفتح المكتبة يوم الأحد. فيها ٣ قاعات.", "تفتح المكتبة يوم الأحد."),
        ("hi", "पुस्तकालय रविवार को नहीं खुलता है। उसमें ३ कमरे हैं।", "पुस्तकालय रविवार को खुलता है।"),
        ("zh", "图书馆星期日不开门。馆内有3个大厅。", "图书馆星期日开门。"),
        ("ja", "図書館は日曜日に開きません。部屋は3つあります。", "図書館は日曜日に開きます。"),
        ("ko", "도서관은 일요일에 열지 않습니다. 방은 3개입니다.", "도서관은 일요일에 엽니다."),
        ("th", "ห้องสมุดไม่เปิดวันอาทิตย์", "ห้องสมุดเปิดวันอาทิตย์"),
    ],
)
def test_where_negation_is_unknown_only_a_whole_sentence_is_supported(language: str, text: str, other: str) -> None:
    (start, end), *rest = sentences(text, language)
    judged = check_claim(text[start:end], [of(text, language)], language)
    assert judged.supported and judged.citations[0].quote == text[start:end]
    assert not check_claim(other, [of(text, language)], language).supported
    for begin, until in rest:  # another number
        assert check_claim(text[begin:until], [of(text, language)], language).supported
        wrong = text[begin:until].translate(str.maketrans("3३٣", "5५٥"))
        assert wrong == text[begin:until] or not check_claim(wrong, [of(text, language)], language).supported


def test_digits_of_any_script_are_numbers() -> None:
    assert check_claim("يضم الخط 14 محطة.", [of("يضم الخط ١٤ محطة.", "ar")], "ar").supported
    assert check_claim("開館は2023年5月12日です。", [of("開館は２０２３年５月１２日です。", "ja")], "ja").supported


def test_an_unknown_language_has_no_rules() -> None:
    assert check_claim("Ka hale waihona puke.", [of("Ka hale waihona puke.", "")], "").supported
    assert not check_claim("Ka hale puke.", [of("Ka hale waihona puke.", "")], "").supported


def test_a_wrapped_line_is_the_same_sentence() -> None:
    assert check_claim("图书馆星期日不开门。", [of("图书馆星\n期日不开门。", "zh")], "zh").supported


def evidence(text: str, section: str = "") -> list[EvidenceSentence]:
    return read_sentences(Passage("d", "a.md", text, 0, len(text), None, (section,), "en", 1.0, ("c",)), "en")


@given(st.text(max_size=200))
def test_sentences_of_a_passage_stand_where_they_say(text: str) -> None:
    assert all(each.facts.text == text[each.start : each.end] for each in evidence(text))


@pytest.mark.parametrize(
    ("said", "share"),
    [
        ("The tram opened in 1911.", 1.0),
        ("The tram opened in 1912.", 0.0),
        ("The tram did not open in 1911.", 0.0),
        ("The Berlin tram opened in 1911.", 0.0),
    ],
)
def test_the_share_of_a_claim_is_all_or_nothing_where_something_must_agree(said: str, share: float) -> None:
    nothing = facts("", "en")
    assert claim_coverage(facts(said, "en"), evidence("The tram opened in 1911."), nothing) == share


def test_a_name_in_the_heading_counts_a_little_less_than_one_in_the_sentence() -> None:
    said, nothing = facts("Aldergrove opened in 1911.", "en"), facts("", "en")
    within = claim_coverage(said, evidence("Aldergrove opened in 1911."), nothing)
    above = claim_coverage(said, evidence("It opened in 1911.", "Aldergrove"), nothing)
    assert 0.9 < above < within == 1.0
    assert claim_coverage(said, evidence("It opened in 1911."), nothing) == 0.0


@given(st.sampled_from(["tram", "wheel", "Tobias Wren", "rye", "moon"]), st.sampled_from(["1911", "24", "nine"]))
def test_whatever_is_claimed_its_share_is_one(name: str, number: str) -> None:
    said = facts(f"The {name} has {number} bells.", "en")
    assert 0.0 <= claim_coverage(said, evidence("The tram has 24 bells."), facts("", "en")) <= 1.0
    assert claim_coverage(said, evidence(said.text), facts("", "en")) == 1.0


def test_a_year_belongs_to_what_happened_in_it() -> None:
    held = [facts("It was built in 1911 and closed in 1950.", "en")]
    right, wrong = facts("It was closed in 1950.", "en"), facts("It was built in 1950.", "en")
    assert is_quantity_supported(right.quantities[0], right, held)
    assert not is_quantity_supported(wrong.quantities[0], wrong, held)


def test_names_weigh_twice_in_the_share_of_words() -> None:
    said, held = facts("Wren ground rye", "en"), [facts("rye", "en")]
    assert share(said.words, held, "en") == pytest.approx(1 / 4)
    assert share((), held, "en") == 1.0


@pytest.mark.parametrize(
    ("text", "times", "is_one"),
    [
        ("The mill grinds rye and wheat.", 2, False),
        ("the mill grinds the mill grinds the mill", 2, True),
        ("the mill grinds the mill grinds", 3, False),
        ("", 2, False),
    ],
)
def test_a_loop_is_recognised_by_three_repeated_words(text: str, times: int, is_one: bool) -> None:
    assert is_repetitive(text, times) is is_one
