"""Two versions of a text are aligned piece by piece, in time that grows with their length alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.text.changes import Piece, align, differing

OLD = (
    "The monthly rent is 820 euros.",
    "One cat is allowed.",
    "Keeping dogs is not allowed.",
    "Bicycles stay outside.",
)
NEW = ("One cat is allowed.", "The monthly rent is 910 euros.", "Keeping dogs is allowed with consent.", "A garden!")


def pieces(texts: tuple[str, ...], group: str = "") -> list[Piece]:
    return [Piece(text, group) for text in texts]


def test_equal_changed_and_lonely_pieces_are_told_apart_wherever_they_stand() -> None:
    found = align(pieces(OLD), pieces(NEW))
    assert found.equal == ((1, 0),)
    assert found.changed == ((0, 1), (2, 2))
    assert (found.only_first, found.only_second) == ((3,), (3,))


def test_under_one_heading_fewer_words_need_be_shared() -> None:
    first, second = ("Notice must be written in May.",), ("Notice in any month may be a letter or mail.",)
    assert align(pieces(first), pieces(second)).changed == ()
    assert align(pieces(first, "notice"), pieces(second, "notice")).changed == ((0, 0),)


def test_the_words_that_differ_are_found_and_figures_stay_whole() -> None:
    first, second = "A deposit of 1,640 euros is due.", "A deposit of 1,820 euros is due at once."
    left, right = differing(first, second)
    assert [first[a:b] for a, b in left] == ["1,640"]
    assert [second[a:b] for a, b in right] == ["1,820", "at once"]
    assert differing("", second) == ([], [])


@given(st.lists(st.sampled_from([*OLD, *NEW, "", "…"])), st.lists(st.sampled_from([*OLD, *NEW, "", "…"])))
def test_every_piece_has_one_place(first: list[str], second: list[str]) -> None:
    found = align(pieces(tuple(first)), pieces(tuple(second)))
    pairs = [*found.equal, *found.changed]
    assert sorted([*(a for a, _ in pairs), *found.only_first]) == list(range(len(first)))
    assert sorted([*(b for _, b in pairs), *found.only_second]) == list(range(len(second)))
    assert all(first[a] != second[b] for a, b in found.changed)


def test_rows_that_are_all_alike_take_no_longer() -> None:
    rows = tuple(f"Item {at} | the same words in each row of the table | {at}" for at in range(4000))
    found = align(pieces(rows), pieces(rows[::-1]))
    assert len(found.equal) == 4000
