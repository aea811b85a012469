from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import LibraryError
from rag.library.index.bm25 import WordIndex
from rag.library.state import LedgerVersion
from rag.text.analyzer import sound, terms
from rag.types import Chunk
from tests.doubles import paper


class Shelf:
    def __init__(self, folder: Path) -> None:
        self.index = WordIndex(folder / "words")
        self.chunks: dict[str, list[Chunk]] = {}
        self.names: dict[str, str] = {}
        self.number = 0
        self.index.rebuild([], self._of, self._name, LedgerVersion())

    def put(self, path: str, *paragraphs: str, language: str = "en", section: str = "") -> list[str]:
        record, _, chunks = paper(path, *paragraphs, language=language, section=section)
        self.chunks[record.id], self.names[record.id] = chunks, path
        self.number += 1
        self.index.apply([record.id], self._of, self._name, LedgerVersion(self.number))
        return [chunk.id for chunk in chunks]

    def find(self, text: str, language: str = "en", k: int = 10) -> list[str]:
        return [chunk for chunk, _ in self.index.search(dict.fromkeys(terms(text, language), 1.0), k)]

    def _of(self, document_id: str) -> list[Chunk]:
        return self.chunks[document_id]

    def _name(self, document_id: str) -> str:
        return self.names[document_id]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_rarer_words_and_shorter_texts_come_first(shelf: Shelf) -> None:
    common, rare, short = shelf.put(
        "a.txt",
        "The ferry and the pier and the mill and many other things besides.",
        "The ferry carries a sundial, and the pier a lantern of old brass.",
        "The ferry rests.",
    )
    assert shelf.find("ferry")[0] == short
    assert shelf.find("ferry sundial")[0] == rare
    assert set(shelf.find("ferry")) == {common, rare, short}
    scores = [score for _, score in shelf.index.search({"ferri": 1.0}, 10)]
    assert scores == sorted(scores, reverse=True) and scores[-1] > 0


def test_words_are_found_in_their_other_forms(shelf: Shelf) -> None:
    (english,) = shelf.put("a.txt", "The paddles were carved by carpenters.")
    (spanish,) = shelf.put("b.txt", "Las panaderías abrían temprano.", language="es")
    (russian,) = shelf.put("c.txt", "Смотрителя маяка звали Афанасий.", language="ru")
    assert shelf.find("carpenter's paddle") == [english]
    assert shelf.find("¿Cuándo abre la panadería?", "es") == [spanish]
    assert shelf.find("смотритель маяков", "ru") == [russian]


def test_k_and_empty_questions(shelf: Shelf) -> None:
    ids = shelf.put("a.txt", *(f"The ferry number {n}." for n in range(6)))
    assert len(shelf.find("ferry", k=4)) == 4 and set(shelf.find("ferry", k=99)) == set(ids)
    assert shelf.find("") == shelf.find("the of and") == shelf.find("zeppelin") == []


def test_weights_decide_between_words(shelf: Shelf) -> None:
    mill, pier = shelf.put("a.txt", "A mill by a weir.", "A pier by a weir.")
    for heavy, light, first in (("mill", "pier", mill), ("pier", "mill", pier)):
        assert shelf.index.search({heavy: 1.0, light: 0.2}, 2)[0][0] == first


def test_headings_and_file_names_count_less_than_text(shelf: Shelf) -> None:
    (named,) = shelf.put("observatory.txt", "It opens at nine.")
    (headed,) = shelf.put("b.txt", "It closes at five.", section="Observatory")
    (told,) = shelf.put("c.txt", "The observatory stands on a hill.")
    assert shelf.find("observatory") == [told, headed, named]


def test_sounds_meet_across_scripts(shelf: Shelf) -> None:
    (russian,) = shelf.put("a.txt", "Обсерватория стоит на холме.", language="ru")
    shelf.put("b.txt", "Мельница стоит у реки.", language="ru")
    assert shelf.index.search({}, 5, sounds={sound("observatory"): 1.0})[0][0] == russian
    assert shelf.index.frequencies([sound("observatory"), "xxxxx"], sounds=True) == (2, {"obser": 1, "xxxxx": 0})


def test_a_text_can_never_become_a_query(shelf: Shelf) -> None:
    (plain,) = shelf.put("a.txt", "The gate is blue.")
    assert shelf.find('gate") OR * document_id:* +(') == [plain]
    assert shelf.index.search({'a" b*': 1.0, "*": 1.0, "\x00": 1.0, "": 1.0}, 5) == []


def test_replacing_and_forgetting(shelf: Shelf) -> None:
    shelf.put("a.txt", "The mill grinds rye.")
    (kept,) = shelf.put("b.txt", "The ferry rests.")
    (newer,) = shelf.put("a.txt", "The mill burned.")
    assert shelf.find("rye") == [] and shelf.find("mill") == [newer]
    shelf.put("a.txt")
    assert shelf.find("mill") == [] and shelf.index.ids() == {kept}


def test_an_index_that_was_never_built_finds_nothing(tmp_path: Path) -> None:
    index = WordIndex(tmp_path / "words")
    assert not index.usable() and index.search({"mill": 1.0}, 5) == [] and index.ids() == set()
    assert index.frequencies(["mill"]) == (0, {})


def test_another_object_sees_each_commit(shelf: Shelf, tmp_path: Path) -> None:
    other = WordIndex(tmp_path / "words")
    (first,) = shelf.put("a.txt", "The mill grinds rye.")
    assert other.ids() == {first}
    (second,) = shelf.put("b.txt", "The ferry rests.")
    assert other.ids() == {first, second}


def test_an_index_that_comes_to_harm_while_it_is_open_is_an_error_and_then_no_index(
    shelf: Shelf, tmp_path: Path
) -> None:
    shelf.put("a.txt", "The ferry rests.")
    assert shelf.find("ferry") and shelf.index.usable()
    for path in (tmp_path / "words").rglob("*.store"):
        with path.open("r+b") as file:  # to cut it short would end the process: tantivy maps it into memory
            file.write(b"\xff" * path.stat().st_size)
    with pytest.raises(LibraryError):
        shelf.index.ids()
    assert not shelf.index.usable() and shelf.index.ids() == set()


def test_files_left_by_an_unfinished_commit_do_no_harm(shelf: Shelf, tmp_path: Path) -> None:
    (mill,) = shelf.put("a.txt", "The mill grinds rye.")
    folder = tmp_path / "words" / shelf.index.state.read().folder
    segment = next(folder.glob("*.term")).stem
    (folder / f"{'0' * 32}.term").write_bytes(b"half a file")
    (folder / f"{segment}.99.del").write_bytes(b"half a file")
    assert WordIndex(tmp_path / "words").ids() == {mill}


def test_words_that_are_spelled_nearly_so(shelf: Shelf) -> None:
    (house,) = shelf.put("a.txt", "The house and the exposición.")
    (horse,) = shelf.put("b.txt", "The horse rests.")
    spelled = shelf.index.spelled
    assert set(spelled("hosue", 1, 5)) == {house}  # two letters exchanged are one edit
    assert set(spelled("horse", 1, 5)) == {house, horse}
    assert set(spelled("horse", 1, 5, excluded=["house"])) == {horse}
    assert spelled("exposicion", 0, 5) == [house]
    assert spelled("expsicion", 1, 5) == [house] and spelled("expsicin", 1, 5) == []
    assert shelf.index.frequencies(["exposicion", "house", "hous"], fields=("spelling",))[1] == {
        "exposicion": 1, "house": 1, "hous": 0,
    }  # fmt: skip


@pytest.mark.parametrize("word", ["", " ", "a" * 300, "\x00", "東京", "e\u0301", "😀"])
def test_any_word_may_be_looked_for(shelf: Shelf, word: str) -> None:
    shelf.put("a.txt", "The house.")
    assert shelf.index.spelled(word, 1, 5) == []
