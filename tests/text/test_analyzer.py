from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.analyzer import codes, fold, grams, is_stop, sound, stem, terms, words
from rag.text.detect import language_of_question

LANGUAGES = ["en", "es", "ru", "de", ""]


@pytest.mark.parametrize("number", ["1234", "1,234", "1.234", "1 234", "1\u00a0234", "1\u202f234"])
def test_a_number_has_one_spelling(number: str) -> None:
    assert words(f"about {number} books") == ["about", "1234", "books"]
    assert "1234" in terms(f"about {number} books", "en")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3,5 y 3.5", ["3.5", "y", "3.5"]),
        ("1 234 567", ["1234567"]),
        ("1,234,567.50", ["1234567.50"]),
        ("1.234,50", ["1234.50"]),
        ("in 1999 2000 books", ["in", "1999", "2000", "books"]),
        ("at 6:30", ["at", "6:30"]),
        ("Wren's mill’s wheel", ["wren", "mill", "wheel"]),
        ("Ёлка и ёж", ["елка", "и", "еж"]),
        ("snake_case x9", ["snake", "case", "x", "9"]),
        ("", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("en", ["library", "libraries", "Library", "library's"]),
        ("es", ["panadería", "panaderías", "PANADERÍA"]),
        ("ru", ["маяк", "маяка", "маяком", "Маяки"]),
        ("ru", ["ёлка", "елка", "ёлки"]),
    ],
)
def test_the_forms_of_a_word_have_one_stem(language: str, forms: list[str]) -> None:
    assert len({tuple(terms(form, language)) for form in forms}) == 1


def test_different_words_have_different_stems() -> None:
    assert len({stem(word, "ru") for word in ("маяк", "мельница", "мост", "музей")}) == 4
    assert stem("ano", "es") != stem("año", "es")


@pytest.mark.parametrize(
    ("language", "question", "content"),
    [
        ("en", "When did the tram open, and who paid for it?", ["tram", "open", "paid"]),
        ("es", "¿Cuándo abre la panadería y cuánto cuesta?", ["abre", "panadería", "cuesta"]),
        ("ru", "Когда построили маяк и сколько ступеней?", ["построили", "маяк", "ступеней"]),
    ],
)
def test_question_words_and_articles_say_nothing(language: str, question: str, content: list[str]) -> None:
    assert terms(question, language) == [stem(word, language) for word in content]


def test_without_a_language_no_word_is_left_out() -> None:
    assert terms("The mill and the river", "") == ["the", "mill", "and", "the", "river"]
    assert not is_stop("the", "") and is_stop("the", "en") and not is_stop("the", "ru")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("When did the tram open?", "en"),
        ("¿Cuándo abre la panadería?", "es"),
        ("cuando abre la panaderia", "es"),
        ("Когда построили маяк?", "ru"),
        ("маяк", "ru"),
        ("12345", ""),
        ("", ""),
    ],
)
def test_the_language_of_a_question(text: str, language: str) -> None:
    assert language_of_question(text, ["en", "es", "ru"]) == language


@pytest.mark.parametrize(
    "alike",
    [
        ("Обсерватория", "observatory", "observatorio", "Observatorium"),
        ("телефон", "telephone", "teléfono"),
        ("театр", "theatre", "teatro"),
    ],
)
def test_a_shared_root_sounds_alike_across_scripts(alike: tuple[str, ...]) -> None:
    assert len({sound(word.lower()) for word in alike}) == 1


def test_short_words_have_no_sound_and_numbers_keep_theirs() -> None:
    assert sound("мост") == "most" and sound("дом") == "" and sound("1884") == "1884"
    assert sound("mill") == ""  # "mil": too short to tell words apart


TEXT = st.text(st.characters(codec="utf-8") | st.sampled_from(" .,'’-0123456789ёйñá\u00a0"), max_size=60)


@given(TEXT, st.sampled_from(LANGUAGES))
def test_terms_of_any_text_are_words_that_can_be_indexed(text: str, language: str) -> None:
    for term in terms(text, language):
        assert term and not any(letter.isspace() for letter in term)
        assert fold(term) == term
    plain = [fold(word) for word in words(text)]
    assert terms(text, "")[: len(plain)] == plain  # then come the parts of names in camel case
    for word in words(text):
        assert not sound(word) or not any(letter.isspace() for letter in sound(word))


@given(st.integers(1_000, 999_999_999), st.sampled_from([",", ".", " ", "\u00a0"]))
def test_any_grouped_number_is_its_digits(number: int, separator: str) -> None:
    assert words(f"{number:,}".replace(",", separator)) == [str(number)]


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("fr", ["l'heure", "heure", "l’heure", "heures"]),
        ("it", ["dell'acqua", "acqua"]),
        ("uk", ["п'ять", "п’ять", "пʼять"]),
        ("ar", ["المكتبة", "مكتبة", "بالمكتبة", "مُكَتَّبة"]),
        ("fa", ["کتاب", "كتاب"]),
        ("hi", ["लड़के", "लड\u093cके"]),
        ("tr", ["İstanbul", "istanbul", "İstanbul'da"]),
        ("el", ["ΟΔΟΣ", "οδός"]),
        ("de", ["Straße", "STRASSE"]),
        ("ja", ["１２", "12"]),
        ("", ["४२", "٤٢", "42"]),
        ("", ["cafe\u0301", "café", "CAFÉ"]),
    ],
)
def test_one_word_however_it_is_written(language: str, forms: list[str]) -> None:
    assert len({tuple(terms(form, language)) for form in forms}) == 1
    assert len(terms(forms[0], language)) == 1


def test_marks_of_vowels_do_not_break_a_word() -> None:
    assert words("पुस्तकालय सुबह") == ["पुस्तकालय", "सुबह"]
    assert words("গ্রন্থাগার கிளை ಪುಸ್ತಕ") == ["গ্রন্থাগার", "கிளை", "ಪುಸ್ತಕ"]
    assert words("می\u200cخواهم") == ["میخواهم"]


@pytest.mark.parametrize(
    ("language", "question", "sentence"),
    [
        ("zh", "图书馆几点开门？", "图书馆每天上午九点开门。"),
        ("ja", "図書館は何時に開きますか", "図書館は午前9時に開館します"),
        ("th", "ห้องสมุดเปิดกี่โมง", "ห้องสมุดเปิดเวลาเก้าโมงเช้า"),
        ("ko", "도서관은 언제 여나요?", "도서관이 아홉 시에 문을 엽니다."),
    ],
)
def test_a_question_meets_its_answer_where_no_spaces_part_the_words(
    language: str, question: str, sentence: str
) -> None:
    common = set(terms(question, language)) & set(terms(sentence, language))
    assert len(common) >= 2
    assert set(grams(question, language)) & set(grams(sentence, language))


def test_every_language_with_a_stemmer_has_one() -> None:
    import Stemmer

    from rag.text.analyzer import _SNOWBALL

    assert set(_SNOWBALL.values()) <= set(Stemmer.algorithms())


def test_text_without_spaces_holds_no_identifiers() -> None:
    assert codes("午前9時に開館し、v1.5を使う") == ["v1.5"]


def test_a_line_that_ends_within_a_word_changes_nothing() -> None:
    assert words("市立图\n书馆位于河边") == words("市立图书馆位于河边")
    assert words("도서관은 언제") != words("도서관은언제")  # Korean has spaces


def test_lowered_and_raised_figures_are_found_as_they_are_typed() -> None:
    assert words("H₂O and CO₂") == words("H2O and CO2") and codes("the CO₂ limit") == codes("the CO2 limit") == ["co2"]
    assert words("5 × 10⁶ kg") == words("5 × 10^6 kg") == ["5", "10", "6", "kg"]
    assert words("stands¹⁴") == ["stands", "14"] and words("1001₂") == ["1001", "₂"]
