"""A question in any language finds its passage by words alone, and asks for what the documents do not say in vain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag.library.library import Library
from rag.retrieval.query import parse_query
from rag.retrieval.retrieve import retrieve
from tests.doubles import BagEmbedder as Bag
from tests.town import file_away


class BagEmbedder(Bag):
    """One that knows none of these languages: words alone find."""

    def __init__(self) -> None:
        super().__init__()
        self.card = replace(self.card, trust_by_language={"": 0.0})


# Of each language a library, a tram and a museum, and a question for each.
TEXTS = {
    "fr": (
        ("La bibliothèque ouvre à neuf heures.", "Quand ouvre la bibliothèque ?"),
        ("Le billet de tramway coûte 3 euros.", "Combien coûte le billet de tramway ?"),
        ("Le musée a été fondé par Claire Dubois.", "Qui a fondé le musée ?"),
    ),
    "uk": (
        ("Бібліотека відчиняється о дев'ятій ранку.", "Коли відчиняється бібліотека?"),
        ("Квиток на трамвай коштує 3 гривні.", "Скільки коштує квиток на трамвай?"),
        ("Музей заснувала Клара Дубова.", "Хто заснував музей?"),
    ),
    "tr": (
        ("Kütüphane sabah dokuzda açılır.", "Kütüphane ne zaman açılır?"),
        ("Tramvay bileti 3 liradır.", "Tramvay bileti kaç lira?"),
        ("Müze Klara Duman tarafından kuruldu.", "Müze kim tarafından kuruldu?"),
    ),
    "ar": (
        ("تفتح المكتبة في التاسعة صباحًا.", "متى تفتح المكتبة؟"),
        ("ثمن تذكرة الترام ٣ دنانير.", "كم ثمن تذكرة الترام؟"),
        ("أسست كلارا دبوس المتحف.", "من أسس المتحف؟"),
    ),
    "hi": (
        ("पुस्तकालय सुबह नौ बजे खुलता है।", "पुस्तकालय कब खुलता है?"),
        ("ट्राम का टिकट ३ रुपये का है।", "ट्राम का टिकट कितने का है?"),
        ("संग्रहालय की स्थापना क्लारा दुबे ने की।", "संग्रहालय की स्थापना किसने की?"),
    ),
    "zh": (
        ("图书馆每天上午九点开门。", "图书馆几点开门？"),
        ("电车车票价格为3元。", "电车车票多少钱？"),
        ("博物馆由克拉拉创立。", "博物馆是谁创立的？"),
    ),
    "ja": (
        ("図書館は午前9時に開館します。", "図書館は何時に開きますか？"),
        ("電車の切符は3ユーロです。", "電車の切符はいくらですか？"),
        ("博物館はクララが設立しました。", "博物館は誰が設立しましたか？"),
    ),
    "ko": (
        ("도서관은 오전 9시에 엽니다.", "도서관은 언제 여나요?"),
        ("전차 표는 3유로입니다.", "전차 표는 얼마인가요?"),
        ("박물관은 클라라가 설립했습니다.", "박물관은 누가 설립했나요?"),
    ),
    "th": (
        ("ห้องสมุดเปิดเวลา 9 โมงเช้า", "ห้องสมุดเปิดกี่โมง"),
        ("ตั๋วรถรางราคา 3 บาท", "ตั๋วรถรางราคาเท่าไร"),
        ("พิพิธภัณฑ์ก่อตั้งโดยคลารา", "ใครก่อตั้งพิพิธภัณฑ์"),
    ),
}
ABSENT = {
    "fr": ("Où trouver un dentiste ?", {"trouver", "dentiste"}),
    "uk": ("Де знайти стоматолога?", {"знайти", "стоматолога"}),
    "zh": ("牙医在哪里？", {"牙医", "在哪"}),
    "ko": ("치과는 어디에 있나요?", {"치과", "있나"}),
}
ROWS = [(language, *row) for language, rows in TEXTS.items() for row in rows]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder: Path = tmp_path_factory.mktemp("languages")
    embedder = BagEmbedder()
    with Library.open(folder / "library", embedder.card) as held:
        for number, (language, text, _) in enumerate(ROWS):
            file_away(held, f"{language}{number}.txt", text, language, embedder)
        held.follow()
        yield held


@pytest.mark.parametrize(("language", "text", "question"), ROWS)
def test_a_question_finds_its_sentence(language: str, text: str, question: str, library: Library) -> None:
    query = parse_query(question, library, BagEmbedder())
    assert query.language == language and query.function_words_known and query.answer_type is None
    passages, ranked = retrieve(query, library, BagEmbedder(), 3, None)
    assert passages[0].text == text and ranked[0].text == text


@pytest.mark.parametrize(("language", "text", "question"), ROWS)
def test_most_of_a_question_that_is_answered_is_held(language: str, text: str, question: str, library: Library) -> None:
    """Question words, and pairs of letters that only join two words, are no missing words."""
    terms = parse_query(question, library, BagEmbedder()).terms
    _, often = library.frequencies({form for term in terms for form in term.stems})
    met = sum(term.weight for term in terms if any(often.get(form) for form in term.stems))
    assert met > 0.4 * sum(term.weight for term in terms)


@pytest.mark.parametrize("language", list(ABSENT))
def test_what_no_document_speaks_of_weighs_most(language: str, library: Library) -> None:
    question, missing = ABSENT[language]
    terms = parse_query(question, library, BagEmbedder()).terms
    heaviest = max(term.weight for term in terms)
    assert {term.word for term in terms if term.weight == heaviest} >= missing


def test_a_function_word_of_a_generous_list_weighs_little_where_documents_hold_it(library: Library) -> None:
    terms = {term.word: term for term in parse_query("Скільки коштує квиток на трамвай?", library, BagEmbedder()).terms}
    assert "скільки" not in terms
    assert terms["на"].is_function_word and terms["на"].weight < 0.5 * terms["квиток"].weight
