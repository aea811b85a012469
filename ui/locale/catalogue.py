"""Bring the page's catalogues up to date with the source, and say what is missing in them.

``python -m ui.locale.catalogue`` adds new messages to each ``XX/LC_MESSAGES/oaken.po`` and takes out those that nothing
says any more; with ``--check`` it changes nothing. Either way it lists messages without a translation and translations
that lose a gap, and ends with status 1 where there are any. To add a language:
``python -m ui.locale.catalogue --add de``.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ui.shared.i18n import LOCALE_FOLDER

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog
    from babel.messages.catalog import Message as Entry

ROOT = Path(__file__).parents[2]
FILE = "LC_MESSAGES/oaken.po"
_SINGLE, _PLURAL = frozenset(("tr", "marked", "Message")), "trn"
_GAP = re.compile(r"\{(\w+)[^{}]*\}")
_COMMAND = re.compile(r"(?:oaken|pip|export|unset|ls|rm|mkdir|apt|brew|echo) \S.*|export \w+=…", re.DOTALL)
TERMINAL_ONLY = {  # what no page calls is read in a terminal, which speaks English: module -> command
    "rag/evaluation": "oaken eval",
    "rag/embedding/add.py": "oaken embedder add, oaken embedder remove",
    "rag/embedding/hub.py": "oaken embedder add",
    "rag/library/maintenance/adopt.py": "oaken restore",
    "rag/library/maintenance/archive.py": "oaken backup, oaken restore",
    "rag/library/maintenance/backup.py": "oaken backup",
    "rag/library/maintenance/foreign.py": "oaken restore",
    "rag/library/maintenance/restore.py": "oaken restore",
    "rag/library/maintenance/salvage.py": "oaken doctor --repair",
    "rag/model/complete.py": "oaken complete",
    "rag/model/files/obtain.py": "oaken models pull",
    "ingest/watch.py": "oaken ingest --watch",
    "ui/cli": "the terminal",
    "ui/web/server/addresses.py": "oaken ui, before there is a page",
    "ui/web/server/launcher.py": "oaken ui, before there is a page",
    "ui/web/server/passwords.py": "oaken ui, before there is a page",
    "ui/api": "the API, which answers in English",
}

Messages = dict[tuple[str, ...], list[str]]  # (template,) or (one, many) -> places


def messages(root: Path = ROOT) -> Messages:
    """Return every message that the source can show a person, with the places that say it."""
    found: Messages = {}
    for path in _sources(root):
        place = path.relative_to(root).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and (said := _message_key(node)) is not None:
                found.setdefault(said, []).append(place)
    return {said: sorted(set(places)) for said, places in sorted(found.items())}


def read(path: Path) -> Catalog:
    """Return the catalogue in a file."""
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name)


def updated(catalogue: Catalog, found: Messages) -> Catalog:
    """Return a catalogue with exactly these messages; translations that it has are kept."""
    from babel.messages.catalog import Catalog

    fresh = Catalog(locale=catalogue.locale, domain="oaken", project="Oaken", charset="utf-8", fuzzy=False)
    fresh.creation_date = catalogue.creation_date
    for said, places in found.items():
        ident = said if len(said) > 1 else said[0]
        held = catalogue.get(said[0])
        fresh.add(
            ident, held.string if held and _is_like(held, said) else None, locations=[(each, 0) for each in places]
        )
    return fresh


def faults(catalogue: Catalog) -> Iterator[str]:
    """Yield what is wrong with a catalogue: a message without translation, a translation that loses or adds a gap."""
    for entry in catalogue:
        if not entry.id:
            continue
        forms = entry.string if isinstance(entry.string, tuple | list) else (entry.string,)
        if not all(forms):
            yield f"no translation: {_key(entry)}"
            continue
        wanted = _gaps(_key(entry)) | {"n"} if entry.pluralizable else _gaps(_key(entry))
        for form in forms:
            if not wanted - {"n"} <= _gaps(str(form)) <= wanted:
                yield f"other gaps than {_key(entry)!r}: {form!r}"


def write(catalogue: Catalog, path: Path) -> None:
    """Write a catalogue in the order of its messages."""
    from babel.messages.pofile import write_po

    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.header_comment = f"# Messages of Oaken in {catalogue.locale.english_name if catalogue.locale else ''}."
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, omit_header=False, include_lineno=False, ignore_obsolete=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Update or check the catalogues; return 1 where something is missing."""
    from babel.messages.catalog import Catalog

    parser = argparse.ArgumentParser(prog="python -m ui.locale.catalogue", description=__doc__)
    parser.add_argument("--check", action="store_true", help="Change nothing.")
    parser.add_argument("--add", metavar="XX", help="Add a language by its code.")
    asked = parser.parse_args(arguments)
    found = messages()
    if asked.add:
        write(updated(Catalog(locale=asked.add), found), LOCALE_FOLDER / asked.add / FILE)
    said = []
    for path in sorted(LOCALE_FOLDER.glob(f"*/{FILE}")):
        held = read(path)
        fresh = updated(held, found)
        unused = {_key(entry) for entry in held if entry.id} - {_key(entry) for entry in fresh if entry.id}
        if not asked.check:
            write(fresh, path)
        elif unused:
            said += [f"{path.parents[1].name}: no longer used: {each}" for each in sorted(unused)]
        said += [f"{path.parents[1].name}: {each}" for each in faults(fresh)]
    print("\n".join(said) or f"{len(found)} messages, all translated")
    return 1 if said else 0


def _sources(root: Path) -> Iterator[Path]:
    for package in ("rag", "ingest", "ui"):
        for path in sorted((root / package).rglob("*.py")):
            if not path.relative_to(root).as_posix().startswith(tuple(TERMINAL_ONLY)):
                yield path


def _message_key(call: ast.Call) -> tuple[str, ...] | None:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    at = (0,) if name in _SINGLE else (1, 2) if name == _PLURAL else ()
    texts = [_constant(call.args[each]) for each in at if each < len(call.args)]
    said = tuple(text for text in texts if _has_words(text))
    return said if said and len(said) == len(at) else None


def _constant(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _has_words(text: str) -> bool:
    return any(map(str.isalpha, _GAP.sub("", text))) and not _COMMAND.fullmatch(text)


def _is_like(held: Entry, said: tuple[str, ...]) -> bool:
    return bool(held.pluralizable) == (len(said) > 1)


def _key(entry: Entry) -> str:
    return entry.id if isinstance(entry.id, str) else entry.id[-1]


def _gaps(text: str) -> set[str]:
    return set(_GAP.findall(text))


if __name__ == "__main__":
    sys.exit(main())
