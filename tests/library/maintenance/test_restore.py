"""A backup is a stranger's file: its rows are believed only where each is of the form that Oaken writes."""

from __future__ import annotations

import json
import sqlite3
import zlib
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from rag.conversation.chats.store import ChatStore
from rag.errors import LibraryError
from rag.library.db.chat_schema import RESTORED, RESTORED_HINT
from rag.library.db.ledger import Ledger
from rag.library.db.queries import text_hash
from rag.library.library import Library
from rag.library.maintenance import backup
from rag.library.maintenance.restore import restore, verify
from rag.library.maintenance.salvage import salvage
from rag.settings import CHATS_FILE, LEDGER_FILE
from rag.types import Answer, AnswerStatus, Link, PageLine, document_id
from tests.copies import copied
from tests.doubles import BagEmbedder, paper, vectors_for
from tests.library.maintenance.test_backup import rewritten

EMBEDDER = BagEmbedder()
GIVEN = paper("mill.txt", "The mill grinds rye in autumn.", "Its wheel has larch paddles.", section="The mill")
ETC = document_id("/etc", "passwd")


@pytest.fixture
def saved(folder: Path, tmp_path: Path) -> Path:
    """A backup of a library with a paper that has links and printed lines, and a conversation of two questions."""
    place = copied(tmp_path / "filled", "a library and its backup", _save)
    folder.parent.mkdir()
    (place / "library").rename(folder)
    return (place / "safe.oaken").rename(tmp_path / "safe.oaken")


def _save(place: Path) -> None:
    record, document, chunks = GIVEN
    folder = place / "library"
    document = replace(document, links=(Link(0, 3, "https://x"),), lines=(PageLine(0, 9, 1, (1.0, 2.5, 3, 4)),))
    with Library.open(folder, EMBEDDER.card) as library:
        library.replace(record, document, chunks, vectors_for(chunks, EMBEDDER))
    with ChatStore.open(folder) as chats:
        chat = chats.new().id
        said = chats.keep(chats.ask(chat, "Rye?", None).id, Answer("", AnswerStatus.TOLD, 1.0, reply="Yes."))
        chats.keep(chats.ask(chat, "And wheat?", said.id).id, None)
    backup.save(folder, place / "safe.oaken")


def changed(file: Path, script: str, part: str = LEDGER_FILE) -> None:
    """Change a part of a backup by SQL, and seal it again as it should be."""

    def change(parts: dict[str, bytes], _: dict[str, object]) -> None:
        path = file.with_name("hostile.sqlite")
        path.write_bytes(parts[part])
        with closing(sqlite3.connect(path)) as db:
            db.executescript(script)
        parts[part] = path.read_bytes()
        path.unlink()

    rewritten(change)(file)


def with_place(root: str, path: str) -> str:
    """The SQL that gives the paper another place, and all that belongs to it the identifier of that place."""
    ident = document_id(root, path)
    return f"""PRAGMA foreign_keys=OFF;
        UPDATE documents SET id = '{ident}', root = '{root}', path = '{path}', content_hash = '';
        UPDATE chunks SET document_id = '{ident}'; UPDATE elements SET document_id = '{ident}'"""


BOMB = zlib.compress(b"[" + b"0," * 60_000_000 + b"0]", 9).hex()
LIE = text_hash("The mill\nThe mill grinds tar in autumn.")
ROWS = {
    "UPDATE chunks SET section = '[[['": "section",
    "UPDATE chunks SET start = 'abc'": "start",
    "UPDATE chunks SET \"end\" = 1000, text = printf('%.*c', 1000 - start, 'a')": "start, end",
    "UPDATE chunks SET start = -5": "start, end",
    "UPDATE chunks SET text = 'short'": "text",
    "UPDATE chunks SET ordinal = -1": "ordinal",
    "UPDATE chunks SET ordinal = 9223372036854775807 - ordinal": "ordinal",
    "UPDATE chunks SET text = replace(text, 'rye', 'tar')": "text_hash",
    f"UPDATE chunks SET text = 'The mill grinds tar in autumn.', text_hash = '{LIE}' WHERE ordinal = 0; "
    f"UPDATE vectors SET text_hash = '{LIE}' WHERE rowid = 1": "chunks: text",
    "UPDATE chunks SET text_hash = (SELECT max(text_hash) FROM vectors)": "text_hash",
    "UPDATE chunks SET id = 'mine' || ordinal": "chunks: id",
    "UPDATE chunks SET language = char(27) || '[2J'": "language",
    "UPDATE chunks SET text_hash = '../x'": "text_hash",
    "PRAGMA foreign_keys=OFF; UPDATE chunks SET document_id = 'none'": "document_id",
    "INSERT INTO tags SELECT id, 'a' || char(10) FROM documents": "tags: tag",
    "INSERT INTO tags SELECT id, printf('%.*c', 61, 'a') FROM documents": "tags: tag",
    "INSERT INTO tags VALUES ('none', 'tax')": "tags: document_id",
    "UPDATE chunks SET page = -1": "chunks: page",
    "UPDATE elements SET page = -1": "elements: page",
    "UPDATE elements SET kind = x'00'": "kind",
    'UPDATE elements SET "end" = 99999': "start, end",
    "UPDATE elements SET section = '{}'": "section",
    "UPDATE documents SET outcome = 'nonsense'": "outcome",
    "UPDATE documents SET content_hash = 'abc'": "content_hash",
    "UPDATE documents SET root = 'papers'": "root",
    "UPDATE documents SET root = '/papers/../etc'": "root",
    "UPDATE documents SET path = '../../etc/passwd'": "path",
    "UPDATE documents SET path = '/etc/passwd'": "path",
    "UPDATE documents SET path = 'other.txt'": "documents: id",
    "UPDATE documents SET media_type = 7.5": "",
    "UPDATE documents SET media_type = char(27) || '[2J'": "media_type",
    "UPDATE documents SET source = source || char(0)": "source",
    "UPDATE documents SET chunks = 'many'": "chunks",
    "UPDATE documents SET seconds = 9e999": "seconds",
    "UPDATE documents SET ingested_at = 'yesterday'": "ingested_at",
    "UPDATE documents SET ingested_at = '9999-12-31T23:59:59+00:00'": "ingested_at",
    "UPDATE documents SET text = NULL": "start, end",
    "UPDATE documents SET text = x'00'": "text",
    f"UPDATE documents SET links = x'{BOMB}'": "links",
    "UPDATE documents SET lines = x'00'": "lines",
    f"UPDATE documents SET lines = x'{zlib.compress(b'[[0,1,1,NaN,0,0,0]]').hex()}'": "lines",
    f"UPDATE documents SET links = x'{zlib.compress(b'[[0,1000,5]]').hex()}'": "links",
    "UPDATE vectors SET text_hash = '../' || text_hash": "vectors: text_hash",
    "UPDATE vectors SET vector = x'00'": "vector",
    "UPDATE vectors SET vector = 10000000000": "vector",
    f"UPDATE vectors SET vector = x'{'0000c07f' * 256}'": "vector",
    f"UPDATE vectors SET vector = x'{'ffff7f7f' * 256}'": "vector",  # the largest float
    f"UPDATE vectors SET vector = x'{'0000803f' * 256}'": "vector",  # ones, and so sixteen times as long
    "UPDATE meta SET value = '-1' WHERE key = 'dimension'": "dimension",
    "UPDATE meta SET value = '2' WHERE key = 'schema'": "format 2",
    "UPDATE meta SET value = char(27) WHERE key = 'embedder'": "embedder",
    "DELETE FROM chunks": "manifest",
}


@pytest.mark.parametrize("statement", ROWS, ids=lambda statement: statement[:60])
def test_a_row_that_oaken_never_writes_is_refused_and_named(saved: Path, tmp_path: Path, statement: str) -> None:
    changed(saved, statement)
    if not ROWS[statement]:  # SQLite itself makes a text of it
        verify(saved)
        return
    for attempt in (lambda: verify(saved), lambda: restore(saved, tmp_path / "new")):
        with pytest.raises(LibraryError, match="cannot be used") as caught:
            attempt()
        assert ROWS[statement] in caught.value.message and caught.value.hint
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("root", "path"),
    [
        ("/papers", "../mill.txt"), ("/papers", "a/../../mill.txt"), ("/papers", "/etc/passwd"), ("/papers", "a//b"),
        ("/papers", "C:\\mill.txt"), ("/papers", ""), ("/papers/../etc", "passwd"), ("papers", "mill.txt"), ("", "a"),
    ],
)  # fmt: skip
def test_a_document_that_leads_out_is_refused_though_its_id_fits(
    saved: Path, tmp_path: Path, root: str, path: str
) -> None:
    changed(saved, with_place(root, path))
    for attempt in (lambda: verify(saved), lambda: restore(saved, tmp_path / "new")):
        with pytest.raises(LibraryError, match=r"documents: (root|path) is"):
            attempt()
    assert not (tmp_path / "new").exists()


def test_a_vector_of_a_text_that_no_chunk_has_stays_behind(saved: Path, tmp_path: Path) -> None:
    """It would be taken for that of the same text in a document that is added here."""
    wanted = text_hash("The ferry leaves at six.")
    changed(saved, f"INSERT INTO vectors SELECT '{wanted}', vector FROM vectors LIMIT 1")
    restore(saved, tmp_path / "new")
    with Library.open(tmp_path / "new", EMBEDDER.card) as library:
        assert library.known_vectors(["The ferry leaves at six."]) == {}
        assert library.known_vectors([chunk.embedding_text for chunk in GIVEN[2]])


def test_half_a_character_in_json_is_one_that_can_be_written(saved: Path, tmp_path: Path) -> None:
    half = chr(92) + "ud800"
    reason = f'{{"template": "{half}{{x}}", "params": {{"x": "{half}"}}}}'
    changed(
        saved,
        f"UPDATE elements SET section = '[\"{half}\"]'; UPDATE documents SET reason = '{reason}'",
    )
    restore(saved, tmp_path / "new")
    with Library.open(tmp_path / "new", EMBEDDER.card) as library:
        [record] = library.records()
        document = library.document(record.id)
        assert document is not None and record.reason == "??"
        assert {element.section for element in document.elements} == {("?",)}


CHATS = {
    "UPDATE questions SET parent = (SELECT id FROM replies WHERE question = questions.id)": "parent",
    "UPDATE questions SET parent = 'nobody' WHERE parent IS NOT NULL": "parent",
    "UPDATE questions SET number = 'x' || number": "",
    "UPDATE replies SET vote = 5": "vote",
    "UPDATE replies SET seconds = 'long'": "seconds",
    "UPDATE questions SET text = x'00'": "text",
    "UPDATE chats SET id = '../x'": "id",
    "UPDATE replies SET seconds = 9e999": "seconds",
    "UPDATE chats SET changed = 'never'": "changed",
    "UPDATE chats SET created = '![](//a.b)'": "created",
    "UPDATE questions SET asked = ''": "asked",
    "UPDATE replies SET written = '0001-01-01T00:00:00+00:00'": "written",
    "UPDATE meta SET value = '9'": "format 9",
}


@pytest.mark.parametrize("statement", CHATS, ids=lambda statement: statement[:60])
def test_a_row_of_a_conversation_is_refused_too(saved: Path, tmp_path: Path, statement: str) -> None:
    if not CHATS[statement]:
        with pytest.raises(sqlite3.IntegrityError):  # the column is the row's number
            changed(saved, statement, CHATS_FILE)
        return
    changed(saved, statement, CHATS_FILE)
    with pytest.raises(LibraryError, match="cannot be used") as caught:
        restore(saved, tmp_path / "new")
    assert CHATS[statement] in caught.value.message and not (tmp_path / "new").exists()


def test_a_branch_that_leads_nowhere_is_forgotten_and_the_rest_is_kept(saved: Path, tmp_path: Path) -> None:
    changed(saved, "UPDATE chats SET shown = 'x'; UPDATE replies SET shown = 'x'; UPDATE questions SET shown = 'x'",
            CHATS_FILE)  # fmt: skip
    restore(saved, tmp_path / "new")
    with ChatStore.open(tmp_path / "new") as chats:
        chat = chats.list()[0]
        assert chats.path(chat.id) == [] and [asked.text for asked, _, _ in chats.tree(chat.id)] == [
            "Rye?", "And wheat?",
        ]  # fmt: skip


def test_a_whole_conversation_comes_back_with_its_branch(saved: Path, tmp_path: Path) -> None:
    restore(saved, tmp_path / "new")
    with ChatStore.open(tmp_path / "new") as chats:
        branch = chats.path(chats.list()[0].id)
    assert [each.question.text for each in branch] == ["Rye?", "And wheat?"]


def restored(folder: Path) -> list[bool]:
    with ChatStore.open(folder) as chats:
        return [reply.is_restored for _, replies, _ in chats.tree(chats.list()[0].id) for reply in replies]


def test_an_answer_of_a_backup_says_so(saved: Path, tmp_path: Path) -> None:
    changed(saved, "UPDATE replies SET problem = 'Checked.', hint = ' '", CHATS_FILE)
    restore(saved, tmp_path / "new")
    assert restored(tmp_path / "new") == [True, False]  # the second question has no answer
    with ChatStore.open(tmp_path / "new") as chats:
        reply = chats.tree(chats.list()[0].id)[0][1][0]
    assert (str(reply.problem), str(reply.hint)) == (RESTORED, RESTORED_HINT) and reply.answer is not None
    restore(saved, tmp_path / "new", force=True)
    assert restored(tmp_path / "new") == [True, False]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("", [False, False]),
        ("UPDATE replies SET answer = replace(answer, 'Yes.', 'No.')", [True, False]),
        ("UPDATE questions SET text = 'Tar?'", [True, False]),
        ("UPDATE replies SET problem = 'Checked.'", [True, False]),
    ],
)
def test_an_own_backup_brings_own_answers_back(saved: Path, folder: Path, change: str, expected: list[bool]) -> None:
    if change:
        changed(saved, change, CHATS_FILE)
    restore(saved, folder, force=True)
    assert restored(folder) == expected


def test_links_and_lines_come_back(saved: Path, folder: Path, tmp_path: Path) -> None:
    restore(saved, tmp_path / "new")
    held = [Ledger.open(each / LEDGER_FILE, EMBEDDER.card).document(GIVEN[0].id) for each in (folder, tmp_path / "new")]
    assert held[0] == held[1] and held[1] is not None and held[1].links and held[1].lines


@pytest.mark.parametrize(
    "name", ["uploads/\x1b[2Ja.txt", "uploads/a\nb", "uploads/" + "a" * 300, "uploads/" + "a/" * 99 + "b"]
)
def test_a_name_that_no_upload_has_is_refused_for_what_it_is(saved: Path, tmp_path: Path, name: str) -> None:
    rewritten(lambda parts, _: parts.update({name: b"x"}))(saved)
    with pytest.raises(LibraryError, match="cannot be used") as caught:
        restore(saved, tmp_path / "new")
    assert "characters" in caught.value.message or "too long" in caught.value.message
    assert caught.value.message.isprintable() and not (tmp_path / "new").exists()


@pytest.mark.parametrize("said", [{"created": "\x1b[31mred"}, {"documents": -5}, {"schema": True}, {"chunks": 7}])
def test_a_manifest_that_lies_is_refused(saved: Path, said: dict[str, object]) -> None:
    rewritten(lambda _, about: about.update(said))(saved)
    with pytest.raises(LibraryError, match="manifest"):
        verify(saved)


# -- folders that nobody added here


def to_etc(file: Path) -> None:
    changed(file, with_place("/etc", "passwd"))


def test_a_folder_that_a_backup_names_is_one_that_nobody_added(saved: Path, tmp_path: Path) -> None:
    to_etc(saved)
    about = restore(saved, tmp_path / "new")
    assert about.restored_roots == ("/etc",)
    with Library.open(tmp_path / "new", EMBEDDER.card) as library:
        assert library.restored_roots() == {"/etc"} and library.record(ETC) is not None
        library.add_roots(["/etcetera", "/etc/ssl"])
        assert library.restored_roots() == {"/etc"}
        library.add_roots(["/"])
        assert library.restored_roots() == frozenset()


def test_what_the_backup_says_of_added_folders_is_not_believed(saved: Path, tmp_path: Path) -> None:
    changed(saved, "INSERT INTO meta VALUES ('restored_roots', '[]')")
    assert restore(saved, tmp_path / "new").restored_roots == ("/papers",)


def test_a_folder_added_here_stays_so_where_an_own_backup_replaces_the_library(saved: Path, folder: Path) -> None:
    assert restore(saved, folder, force=True).restored_roots == ()
    to_etc(saved)
    assert restore(saved, folder, force=True).restored_roots == ("/etc",)
    assert restore(saved, folder, force=True).restored_roots == ("/etc",)  # it was restored, and still not added


def test_a_repair_does_not_make_a_folder_one_that_was_added(saved: Path, tmp_path: Path) -> None:
    restore(saved, tmp_path / "new")
    salvage(tmp_path / "new", EMBEDDER.card).original.unlink()
    with Library.open(tmp_path / "new", EMBEDDER.card) as library:
        assert library.restored_roots() == {"/papers"} and library.record(GIVEN[0].id) == GIVEN[0]
    with closing(sqlite3.connect(tmp_path / "new" / LEDGER_FILE)) as db:
        db.execute("UPDATE meta SET value = '{' WHERE key = 'restored_roots'")
        db.commit()
    salvage(tmp_path / "new", EMBEDDER.card)
    with Library.open(tmp_path / "new", EMBEDDER.card) as library:
        assert library.restored_roots() == {"/papers"}


def test_changes_are_drawn_anew(saved: Path, folder: Path, tmp_path: Path) -> None:
    changed(saved, "UPDATE changes SET number = 9223372036854775807")
    restore(saved, tmp_path / "new")
    with Library.open(tmp_path / "new", EMBEDDER.card) as library, Library.open(folder, EMBEDDER.card) as before:
        assert library.ledger.change_number() == 1
        assert library.ledger.last_change() != before.ledger.last_change()
        other = paper("other.txt", "A ferry leaves at noon.")
        library.replace(*other[:2], other[2], vectors_for(other[2], EMBEDDER))


def test_the_stored_list_is_json(saved: Path, tmp_path: Path) -> None:
    restore(saved, tmp_path / "new")
    with closing(sqlite3.connect(tmp_path / "new" / LEDGER_FILE)) as db:
        stored = db.execute("SELECT value FROM meta WHERE key = 'restored_roots'").fetchone()[0]
    assert json.loads(stored) == ["/papers"]


def test_tags_come_back_with_the_documents_that_have_them(saved: Path, tmp_path: Path) -> None:
    changed(saved, "INSERT INTO tags SELECT id, 'tax 2024' FROM documents")
    restore(saved, tmp_path / "here")
    with Library.open(tmp_path / "here", EMBEDDER.card) as library:
        assert [record.tags for record in library.records()] == [("tax 2024",)]
