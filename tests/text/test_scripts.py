"""What may be spelled in several ways is spelled in one, and words are counted where no spaces part them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.scripts import letters_by_script, parts, plain, same_length, word_count

ANY = st.text(
    st.characters(codec="utf-8") | st.sampled_from("図書館は開くกี่โมง도서관पुस्तकालयمكتبةספרי１２٣é ｶﾞ"), max_size=40
)


@pytest.mark.parametrize(
    ("written", "one"),
    [
        ("ＡＢＣ １２３", "ABC 123"),
        ("٤٢ ۴۲ ४२ ๔๒", "42 42 42 42"),
        ("ｶﾞｽ", "ガス"),
        ("ﬁn", "fin"),
        ("ﻣﻜﺘﺒﺔ", "مكتبة"),
        ("cafe\u0301", "café"),
        ("km² ½", "km² ½"),  # no "km2", no "1/2"
    ],
)
def test_one_spelling(written: str, one: str) -> None:
    assert plain(written) == one


@given(ANY)
def test_decomposed_and_composed_text_are_one_and_the_same_after_a_second_time(text: str) -> None:
    assert plain(unicodedata.normalize("NFD", text)) == plain(text)
    assert plain(plain(text)) == plain(text)
    assert len(same_length(text)) == len(text)


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("图书馆", ["图书", "书馆"]),
        ("猫", ["猫"]),
        ("図書館は", ["図書", "書館"]),  # a lone hiragana is a particle
        ("開きます", ["開", "きま", "ます"]),
        ("りんご", ["りん", "んご"]),
        ("เปิด", ["เปิ", "ปิด"]),  # marks stay with their letters
        ("도서관", ["도서", "서관"]),
    ],
)
def test_a_run_is_taken_in_pairs(run: str, expected: list[str]) -> None:
    assert parts(run) == expected


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("The mill stands — by the river.", 7, 7),
        ("", 0, 0),
        ("图书馆每天上午九点开门，下午六点关门，星期日除外。", 10, 16),
        ("日曜日を除いて、午前9時に開館し、午後6時に閉館します。", 10, 16),
        ("ห้องสมุดเปิดเวลาเก้าโมงเช้าและปิดเวลาหกโมงเย็น", 8, 14),
        ("도서관은 아홉 시에 엽니다.", 4, 4),
        ("Python 3 是一种编程语言", 5, 7),
    ],
)
def test_words_are_counted_where_no_spaces_part_them(text: str, least: int, most: int) -> None:
    assert least <= word_count(text) <= most


@given(st.text(st.characters(codec="latin-1"), max_size=60))
def test_where_spaces_part_them_words_are_what_they_part(text: str) -> None:
    assert word_count(text) == len(text.split())


def test_letters_are_grouped_by_script() -> None:
    assert letters_by_script("Дом house 図書 は 12") == {"Latin": 5, "Cyrillic": 3, "Han": 2, "Hiragana": 1}
