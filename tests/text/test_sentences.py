from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.sentences import sentences


def cut(text: str, language: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text, language)]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["The mill was built in 1884.", "It stands by the river."]),
        ("en", ["Dr. Wren met Mrs. Hale at 5 p.m. on Monday.", "They spoke."]),
        ("en", ["See fig. 3 and vol. 2 of the report.", "It is on p. 14."]),
        ("en", ["It cost 3.50 crowns.", "Nobody paid!", "Why not?"]),
        ("en", ['"Is it true?" she asked.', "He nodded."]),
        ("en", ["The firm, Hale & Co., closed.", "J. R. Hale retired."]),
        ("en", ["He waited … and left.", "It rained."]),
        ("es", ["La panadería abre a las 6 a. m. todos los días.", "Cierra el lunes."]),
        ("es", ["El Sr. Sosa vive en la Avda. Mayor.", "¿Desde cuándo?", "Desde 1990."]),
        ("es", ["La reunión fue a las 5 p. m. del 3 de enero.", "¡Qué frío hacía!"]),
        ("es", ["La empresa es Molinos S.A.", "¿Fue bien?"]),
        ("es", ["Véase la pág. 12 y el cap. 3.", "Es breve."]),
        ("ru", ["Маяк построили в 1874 году.", "Его видно за девятнадцать миль."]),
        ("ru", ["См. рис. 3 на стр. 12.", "Там всё видно."]),
        ("ru", ["Это было в 1874 г. на Тихом мысе.", "Шёл дождь."]),
        ("ru", ["Иногда, напр. ночью, свет гас.", "Это правда."]),
        ("ru", ["«Правда?» — спросила она.", "Он кивнул."]),
        ("ru", ["А. С. Лугин жил на ул. Садовой, д. 5.", "Он был смотрителем."]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(language: str, expected: list[str]) -> None:
    assert cut(" ".join(expected), language) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t\n ", []),
        ("A heading without a stop", ["A heading without a stop"]),
        ("The first paragraph\n\nthe second", ["The first paragraph", "the second"]),
        ("You need:\n- a lamp\n- a rope\n* a hook", ["You need:", "- a lamp", "- a rope", "* a hook"]),
        ("Steps:\n1. Ring the bell.\n2) Wait.", ["Steps:", "1. Ring the bell.", "2) Wait."]),
        ("Day | Opens | Closes\nMonday | 9:00 | 18:00", ["Day | Opens | Closes", "Monday | 9:00 | 18:00"]),
        ("Mr. A. | No. 5. Is it? | Yes.", ["Mr. A. | No. 5. Is it? | Yes."]),  # a row is cited whole
        ("A line that\ngoes on here. The next.", ["A line that\ngoes on here.", "The next."]),
    ],
)
def test_lists_rows_and_paragraphs_end_a_sentence(text: str, expected: list[str]) -> None:
    assert cut(text, "en") == expected


def test_a_language_that_is_not_known_is_cut_all_the_same() -> None:
    assert cut("One is here. Two is there.", "") == cut("One is here. Two is there.", "xx")
    assert len(cut("One is here. Two is there.", "")) == 2


PIECES = st.sampled_from(
    [
        *"Dr. Mr. p. m. рис. стр. S.A. 3 14 1.5 The mill река panadería 漢字。 é e\u0301 🏛️".split(),
        *"¿¡«»\"'“”()[]…—–-,;:.!?|*•",
        *["\n", "\n\n", " ", "  ", "\t", "\u00a0", "\u2028", "\x1c", "- ", "1. ", "2) ", " | "],
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=60), st.sampled_from(["en", "es", "ru", "", "zh"]))
def test_spans_are_in_order_apart_trimmed_and_leave_nothing_out(text: str, language: str) -> None:
    spans = sentences(text, language)
    last = 0
    for start, end in spans:
        assert last <= start < end <= len(text)
        assert not text[last:start].strip()
        assert text[start:end] == text[start:end].strip()
        last = end
    assert not text[last:].strip()


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("zh", ["图书馆九点开门。", "六点关门！", "真的吗？", "是的。"]),
        ("ja", ["図書館は九時に開きます。", "「本当？」と彼は言った。", "はい！"]),
        ("ar", ["تفتح المكتبة في التاسعة.", "هل هذا صحيح؟", "نعم."]),
        ("ur", ["یہ صبح نو بجے کھلتی ہے۔", "شام کو بند ہوتی ہے۔"]),
        ("hi", ["यह नौ बजे खुलता है।", "शाम को बंद होता है।"]),
        ("am", ["ቤተ መጻሕፍቱ ይከፈታል።", "ይዘጋል።"]),
        ("hy", ["Գրադարանը բացվում է։", "Այն փակվում է։"]),
        ("my", ["စာကြည့်တိုက် ဖွင့်သည်။", "ပိတ်သည်။"]),
        ("km", ["បណ្ណាល័យបើក។", "វាបិទ។"]),
        ("bo", ["དཔེ་མཛོད་ཁང་།", "ཕྱེ་བ་ཡིན།"]),
        ("ka", ["ბიბლიოთეკა იღება.", "ის იკეტება."]),
        ("he", ["הספרייה נפתחת.", "היא נסגרת!", "נכון?"]),
        ("uk", ["Бібліотека відчиняється о 9.", "Їх двоє.", "Ґанок відкрито."]),
        ("pl", ["Biblioteka jest czynna.", "Świt jest o piątej.", "Łódź stoi."]),
        ("vi", ["Thư viện mở cửa.", "Đóng cửa lúc sáu giờ."]),
    ],
)
def test_sentences_of_every_script_end_where_their_own_signs_stand(
    language: str, expected: list[str], known: bool
) -> None:
    joint = "" if language in ("zh", "ja") else " "
    assert cut(joint.join(expected), language if known else "") == expected


def test_what_begins_small_goes_on_in_any_alphabet() -> None:
    for text in ("Śp. łódź stoi przy ul. świętej.", "Βλ. σελ. ώρα.", "Див. рис. їжак.", "Viz str. čtyři."):
        assert len(cut(text, "")) <= 1 + text.count("?")


def test_long_thai_is_cut_at_its_spaces_and_short_thai_is_not() -> None:
    clause = "ห้องสมุดเมืองตั้งอยู่ริมแม่น้ำข้างโรงสีเก่าใกล้สถานีรถไฟของเมืองนี้มานาน"
    assert cut(f"{clause} {clause} {clause}", "th") == [clause] * 3
    assert len(cut("นาย สมชาย ใจดี เปิดห้องสมุด", "th")) == 1


SCRIPTS = st.text(
    st.sampled_from(
        "图书。！？、「」はカきます 도서관은. مكتبة؟۔ ספר कि।ताब॥ ብር። գրք։ ห้องสมุด ລາວ ຫໍ សៀវ។ စာ။ ბიბ. Πότε; Łódź"
        "İı\n\u200c\u200f"
    ),
    max_size=80,
)


@given(SCRIPTS, st.sampled_from(["", "zh", "ja", "th", "ar", "hi", "ko", "el", "xx"]))
def test_spans_of_any_script_are_in_order_apart_trimmed_and_leave_nothing_out(text: str, language: str) -> None:
    test_spans_are_in_order_apart_trimmed_and_leave_nothing_out.hypothesis.inner_test(text, language)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The shop runs on ASP.NET and Vue.JS now. It is fast.",
            ["The shop runs on ASP.NET and Vue.JS now.", "It is fast."],
        ),
        ("Meet us on Libera.Chat tonight. Bring tea.", ["Meet us on Libera.Chat tonight.", "Bring tea."]),
        (
            "Write to Rocket.Chat or Booking.Com first. Then wait.",
            ["Write to Rocket.Chat or Booking.Com first.", "Then wait."],
        ),
        ("Engine No. 4472 won. House No. B-12 lost.", ["Engine No. 4472 won.", "House No. B-12 lost."]),
        ("Chapter No. XIV is short. Read it.", ["Chapter No. XIV is short.", "Read it."]),
        ("Is it open? No. It is shut.", ["Is it open?", "No.", "It is shut."]),
        ("The version is 2.0.Final today. Take it.", ["The version is 2.0.Final today.", "Take it."]),
        ("It lies in .DS_Store or the ./App folder. Look.", ["It lies in .DS_Store or the ./App folder.", "Look."]),
        (
            "Show git log main..HEAD and HEAD~3..HEAD first. Then go.",
            ["Show git log main..HEAD and HEAD~3..HEAD first.", "Then go."],
        ),
        (
            "Set url.<base>.pushInsteadOf and color.*, too. Then go.",
            ["Set url.<base>.pushInsteadOf and color.*, too.", "Then go."],
        ),
        (
            "Ask _kerberos._udp.lugo.example and mill._tcp first. Then go.",
            ["Ask _kerberos._udp.lugo.example and mill._tcp first.", "Then go."],
        ),
        ("...Although the mill is shut. Then go.", ["...Although the mill is shut.", "Then go."]),
        ("She said: wait...What is that? Go.", ["She said: wait...", "What is that?", "Go."]),
    ],
)
def test_a_full_stop_within_a_name_or_before_a_number_ends_nothing(text: str, expected: list[str]) -> None:
    assert cut(text, "en") == expected


def test_numbers_of_other_languages_stay_with_their_abbreviation() -> None:
    assert cut("См. ст. XII и п. 5. Там всё есть.", "ru") == ["См. ст. XII и п. 5.", "Там всё есть."]
    assert cut("Véase el núm. VII. Es breve.", "es") == ["Véase el núm. VII.", "Es breve."]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Monday none\nTuesday 9-17\nFriday 10-16", 3),
        ("From: Ada\nTo: Bo\nDate: 2 May\nSubject: oars", 4),
        ("[08:00] Ada: hello\n[08:01] Bo: yes\n[08:02] Ada: who has it?", 3),
        ("The river took the bridge away that spring,\nAnd nobody could cross it but the birds.\nThe ferryman sang", 3),
        ("Первая строка\nВторая строка\nТретья строка", 3),
        ("One sentence that\ngoes on over three\nlines to its end.", 1),
        ("He met\nOtto Lind and\nwent home.", 1),
        ("中文\n日本\n韩国", 1),
    ],
)
def test_lines_of_their_own_are_sentences_of_their_own(text: str, lines: int) -> None:
    assert len(cut(text, "en")) == lines


def test_the_name_of_a_month_ends_a_sentence() -> None:
    text = "It is to be paid by 1 May. Maeve waters the plants. We met on 5 Nov. 2024 in May 2023."
    assert [text[a:b] for a, b in sentences(text, "en")] == [
        "It is to be paid by 1 May.",
        "Maeve waters the plants.",
        "We met on 5 Nov. 2024 in May 2023.",
    ]
