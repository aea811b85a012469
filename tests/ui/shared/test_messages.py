"""What the core says in English, in the page's language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.readers.shared.sniff import FOREIGN
from rag.conversation.chats.rows import not_found_error
from rag.embedding.prepare import rebuild_damaged
from rag.embedding.registry import readd_command
from rag.library.db import sqlite
from rag.model.files import check
from rag.model.files.known_models import MODELS
from tests.ui.spoken import COMMAND_LINE, ROOT, templates, without_gaps
from ui.shared import i18n, messages
from ui.shared.i18n import words_of
from ui.shared.messages import REASONS, SENTENCES, at_work, detail, reason, said, sentence

# What no page lets happen, in modules of which the rest is shown: where a person would read it instead.
ELSEWHERE = {
    "‹k› passages are none.": "oaken ask -k",
    "Use -k 1 or more.": "oaken ask -k",
    "‹vote› is no vote.": "the page has a button for each",
    "A vote is -1, 0 or 1.": "the page has a button for each",
    "‹strange[0]› is no label.": "the page lists them",
    "There are: ‹', '.join(LABELS)›.": "the page lists them",
    "Only answers to one and the same question can be ranked, each once.": "the page offers no others",
    "‹text› is no date.": "oaken ask --since",
    "‹day› is no date: ‹error›.": "oaken ask --since",
    "Write it as 2024-05-01, 2024-05 or 2024.": "oaken ask --since",
    "‹self._card.name› was not trained to fill a gap between two texts.": "oaken complete",
    "llama_cpp.server, which has ‹self._card.name›, does not fill a gap between two texts.": "oaken complete",
    "The server at ‹self._root› does not fill a gap between two texts: ‹reason(response)›.": "oaken complete",
    "Leave the text after the gap out, or: unset OAKEN_MODEL_URL": "oaken complete",
    "‹name› is no preset: there are ‹', '.join(PRESETS)›.": "oaken chat --preset",
    "There is a model ‹target.stem› already.": "oaken models add",
    "‹path.name› cannot be ‹done› to ‹folder›: ‹error.strerror or error›.": "oaken models add",
    "There is no model ‹name› to remove.": "oaken models remove",
    "‹path.name› is not the file that was published under this name: its checksum differs. A model's file is read by "
    "native code: use only one whose maker you trust.": "oaken models use FILE",
    "‹path.name› is none of the files whose checksum Oaken knows. A model's file is read by native code: use only one "
    "whose maker you trust.": "oaken models use FILE",
    "If you do: add --allow-unverified": "oaken models use FILE",
    "‹model.name› is not in Oaken's table. A model's file is read by native code: use only one whose maker you "
    "trust.": "oaken models pull",
    "‹model.repo› has ‹len(files)› GGUF files: ‹', '.join(files) or 'none'›.": "oaken models pull",
    "Name one: oaken models pull ‹model.name› --file ‹files[0] if files else 'FILE'›": "oaken models pull",
    "‹name› is no model of the table and no repository OWNER/NAME.": "oaken models pull",
    "See the table: oaken models": "oaken models pull",
    "‹model.name› cannot be downloaded: ‹model.note›.": "oaken models pull",
    "See the others: oaken models": "oaken models pull",
    "‹wanted› is no GGUF file of ‹model.name›.": "oaken models pull",
    "It has: ‹offered›": "oaken models pull",
    "It has: see its repository's page": "oaken models pull",
    "‹file› is one of several parts of a model, which Oaken does not join.": "oaken models pull",
    "Take a smaller one.": "oaken models pull",
    "‹model.name› comes under terms of use, not an open licence: they limit what it may be used for, and go with it to "
    "whoever gets it from you. Read them: ‹model.terms›": "the page has a box to tick",
    "If you accept them: add --accept-terms": "the page has a box to tick",
    "‹name› is no model of the table, none on disk, and no file.": "oaken models show",
    "See: oaken models": "oaken models show",
}
# No message by themselves: a part of one that stands whole elsewhere, or a sign to look for.
PARTS = frozenset(
    (
        ", line",
        "changed since they were read",
        "could not be read as a scan",
        "could not be read as scans",
        "‹error.message› The exact scan answers meanwhile",
    )
)
# Of the doctor in a terminal alone.
IN_A_TERMINAL = ("‹check.detail›. Rebuild it: ", "it was damaged: ‹done.saved› documents")
# The same in every language: names and places.
SAME = frozenset(
    (
        "LibreOffice",
        "Python",
        "oaken",
        "‹platform.python_version()›, ‹platform.system()› ‹platform.machine()›",
    )
)
# What the system says of a file that cannot be opened: no source of ours has it.
SYSTEM = frozenset(
    "permission denied|no such file or directory|no space left on device|read-only file system|is a directory|"
    "not a directory|input/output error|too many open files|cannot allocate memory|file name too long|"
    "disk quota exceeded|stale file handle|too many levels of symbolic links".split("|")
)
# What the source's own words do not show, for they are put together when they are said.
PUT_TOGETHER = (
    "The model's process ended unexpectedly (signal 9).",
    "llama.cpp failed while it loaded x.gguf (signal 9).",
    "The word index lags: Another process is writing to the library in /x.",
    "The word index is damaged. The exact scan answers meanwhile.",
    "Another process is filling the library in /x. Wait for it to end, then run this again.",
    "oaken ingest /x (process 12, since 2024-05-01) is filling the library in /x.",
    "There is no room left for the conversations /x: disk full. Nothing is lost. " + sqlite.move_aside(Path("/x/y.db")),
    "The ledger /x cannot be read: database disk image. " + sqlite.MEND,
    "The prepared embedding model in /x is damaged (y). " + rebuild_damaged(Path("/x")),
    "/x/card.json cannot be read: y. " + readd_command(Path("/x"), "y"),
    "The Chroma server at x did not answer just now. Start it again, or: unset OAKEN_CHROMA_URL",
    *(
        f"{not_found_error(what).message} {not_found_error(what).hint}"
        for what in ("question", "answer", "conversation")
    ),
)
OF_A_LIBRARY = (
    "It is damaged: x has changed. The exact scan answers meanwhile",
    "2 documents, 120 chunks; ok; re-embedding with m was begun (3 documents); go on: oaken reembed --embedder m",
    "2 documents, 120 chunks; ok, but 2 documents are damaged: a (a vector is missing); b (3 chunks of 4)",
    "1 missing: a; 2 changed since they were read: b, c; 1 unreadable: d. What is held of them can still be cited",
    "the ledger was damaged; it is read again by the next ingest",
    "embedding model",
    "embedding model files",
    "language model",
    "home",
)
COMMAND = re.compile(r"(oaken|pip|export|unset|ls|rm|echo) \S.*|export \w+=…")


@pytest.fixture(autouse=True)
def spanish() -> Iterator[None]:
    i18n.follow(lambda: "es")
    yield
    i18n.follow(lambda: "en")


def test_a_known_sentence_is_said_with_its_names_and_numbers() -> None:
    assert sentence("There is no file or folder '/a. b/{x}'.") == "No existe el archivo o la carpeta '/a. b/{x}'."
    assert sentence("The model's process ended unexpectedly (signal 9).").endswith("inesperada (signal 9).")
    i18n.follow(lambda: "ru")
    assert sentence("No server answers at http://localhost:1.").startswith("По адресу http://localhost:1 ")


def test_what_follows_a_known_sentence_is_kept() -> None:
    known = sentence("Something went wrong inside Oaken. The terminal it was started from tells more.")
    assert known == "Algo ha fallado dentro de Oaken. El terminal desde el que se inició dice más."
    assert sentence("Something went wrong inside Oaken. Try: oaken doctor").endswith("de Oaken. Try: oaken doctor")


def test_a_message_and_its_hint_are_told_apart() -> None:
    """A gap fits much: the first sentence's path must not swallow the second sentence."""
    both = sentence("Another process is writing to the library in /home/a. b. Wait for it to end, then ask again.")
    assert both.endswith("en la biblioteca de /home/a. b. Espera a que termine y vuelve a preguntar.")
    assert sentence("The word index is damaged. oaken doctor --repair").endswith("dañado. oaken doctor --repair")


def test_what_is_not_known_is_left_to_the_caller() -> None:
    assert sentence("The moon is full.") == sentence("") == sentence("The moon is full. It shines.") == ""
    assert said("the moon is full; permission denied") == "the moon is full; permiso denegado"
    i18n.follow(lambda: "en")
    assert sentence("The moon is full.") == "The moon is full."


def test_words_of_ours_within_a_sentence_are_said_too() -> None:
    assert sentence("The folder /x cannot be written: Permission denied.").endswith("/x: permiso denegado.")
    assert reason("pages 2, 5 to 9 are scans, and reading that needs tesseract (apt install tesseract-ocr)") == (
        "las páginas 2, 5–9 son escaneos, y para leer eso hace falta tesseract (apt install tesseract-ocr)"
    )
    assert reason("the attachment a.mp3 was not read: it is sound") == "el adjunto a.mp3 no se leyó: es un sonido"


def test_what_is_found_of_a_library_is_said_part_by_part() -> None:
    assert detail("It is damaged: chroma.sqlite3 has changed. The exact scan answers meanwhile") == (
        "Está dañado: chroma.sqlite3 ha cambiado. Mientras tanto responde la comparación exacta"
    )
    assert detail("1 missing: a.txt; 2 unreadable: b, c. What is held of them can still be cited") == (
        "faltan 1: a.txt; 2 no se pueden leer: b, c. Lo que se guarda de ellos se puede seguir citando"
    )


def test_how_far_a_file_is_is_said() -> None:
    assert at_work("a, b.pdf, page 3 of 12") == "a, b.pdf, página 3 de 12"
    assert at_work("a, b.pdf") == "a, b.pdf" and at_work("") == ""


def test_each_pattern_fits_whatever_fills_it_quickly() -> None:
    assert sentence("There is no " * 20_000) == sentence(". ".join(["It is damaged: x"] * 20_000)) == ""


@pytest.mark.parametrize("held", ["es", "ru"])
def test_all_that_the_core_can_say_is_translated(held: str) -> None:
    """Fails when a message is new or mended: translate it in ui/words, or say in ELSEWHERE why no page shows it."""
    i18n.follow(lambda: held)
    sentences, parts, details = everything()
    missing = [f"{place}: {each}" for each, place in sentences.items() if not _is_said(each, _whole)]
    missing += [f"{place}: {each}" for each, place in parts.items() if not _is_said(each, _parts)]
    missing += [f"{place}: {each}" for each, place in details.items() if not _is_said(each, _found)]
    assert missing == [], "\n".join(missing)


@pytest.mark.parametrize(
    ("words", "translate"),
    [*((words, said) for words in PUT_TOGETHER), *((words, detail) for words in OF_A_LIBRARY)],
)
def test_what_is_put_together_is_translated_whole(words: str, translate: Callable[[str], str]) -> None:
    english = {"the", "is", "are", "was", "with", "again", "another", "model", "documents", "chunks", "not", "and"}
    assert not english & set(re.findall(r"[a-z]+", translate(words).lower()))


def test_no_translation_is_left_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it would be dead, and the page English again, as soon as somebody mends a sentence of the core."""
    used: set[str] = set()

    def noted(english: str, **values: object) -> str:
        used.add(english)
        return i18n.tr(english, **values)

    monkeypatch.setattr(messages, "tr", noted)
    messages._reason.cache_clear()
    messages._sentence.cache_clear()
    sentences, parts, details = everything()
    for each in sentences:
        sentence(filled(each))
    for each in parts:
        reason(filled(each))
    for each in [*map(filled, details), *OF_A_LIBRARY]:
        detail(each)
    for each in PUT_TOGETHER:
        said(each)
    left = {*words_of(SENTENCES), *words_of(REASONS)} - used - SYSTEM
    assert left == set(), "\n".join(left)


def test_what_is_exempt_is_said_by_the_core() -> None:
    sentences, _, _ = templates()
    assert set(ELSEWHERE) <= set(sentences)
    assert all((ROOT / each).exists() for each in COMMAND_LINE)


def everything() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    sentences, parts, details = templates()
    sentences = {each: place for each, place in sentences.items() if each not in ELSEWHERE}
    parts = {each: place for each, place in parts.items() if each not in PARTS | SAME}
    details = {
        each: place
        for each, place in details.items()
        if each not in PARTS | SAME and not each.startswith(IN_A_TERMINAL)
    }
    sentences |= {f"‹file› {why}.": "rag/model/files/check.py" for _, why in check._OTHERS}
    parts |= {f"it is {kind}": "ingest/readers/shared/sniff.py" for kind in FOREIGN.values()}
    parts |= {model.note: "rag/model/files/known_models.py" for model in MODELS if model.note}
    return sentences, parts, details


def filled(template: str) -> str:
    """With something in its gaps: nothing where a gap stands right after a word, for there it is an addition."""
    numbers = iter(range(1, 99))
    return re.sub(r"(?<=[\w.›])‹[^›]*›|‹[^›]*›", lambda gap: "" if _is_glued(template, gap) else f"§{next(numbers)}",
                  template)  # fmt: skip


def _is_glued(template: str, gap: re.Match[str]) -> bool:
    return gap.start() > 0 and template[gap.start() - 1] in "›." + "abcdefghijklmnopqrstuvwxyz"


def _is_said(template: str, known: Callable[[str], bool]) -> bool:
    return known(filled(template))


def _whole(text: str) -> bool:
    return bool(COMMAND.fullmatch(text)) or (bool(sentence(text)) and not _is_english(text, sentence(text)))


def _parts(text: str) -> bool:
    known = (messages._translated(part, REASONS) for part in text.split("; ") if any(map(str.isalpha, part)))
    return all(known) and not _is_english(text, reason(text))


def _found(text: str) -> bool:
    parts = [part for part in re.split(r"; |\. ", text) if any(map(str.isalpha, part))]
    return all(messages._detail(part) != part for part in parts)


def _is_english(text: str, translated: str) -> bool:
    """Whether something of it stayed as it was, or a gap was lost."""
    gaps = set(re.findall(r"§\d+", text))
    return not gaps <= set(re.findall(r"§\d+", translated)) or without_gaps(text) == translated
