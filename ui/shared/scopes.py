"""What a question can be limited to, as choices with names: documents, folders, types, languages, tags, years. Pure.

A choice is a string, "kind:value"; one that is typed freely is a part of a path.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePosixPath

from rag.messages import marked
from rag.retrieval.filters import SearchFilter
from rag.types import FileRecord
from ui.shared.facets import kind, language_name, year
from ui.shared.folders import folder_names
from ui.shared.formatting import file_name, names_apart, one_line
from ui.shared.i18n import tr

_DOCUMENT, _FOLDER, _TYPE, _LANGUAGE, _TAG, _SINCE = "document", "folder", "type", "language", "tag", "since"
_LIBRARY = "library"
_KINDS = (_DOCUMENT, _FOLDER, _TYPE, _LANGUAGE, _TAG, _SINCE, _LIBRARY)
_KIND_NAMES = {
    _DOCUMENT: marked("Document"),
    _FOLDER: marked("Folder"),
    _TYPE: marked("Kind of file"),
    _LANGUAGE: marked("Language"),
    _TAG: marked("Tag"),
    _SINCE: marked("File date"),
    _LIBRARY: marked("Also ask"),
}
_MAX_DOCUMENTS_OFFERED = 2000  # more would make every run of the page slow; folders and typed names are left
SINCE_YEAR, ASKED_IN, ALSO_IN = marked("since {year}"), marked("in: {places}"), marked("also the library {library}")


def choices(records: Iterable[FileRecord], library: Path, others: Sequence[str] = ()) -> dict[str, str]:
    """Return what the documents with text can be narrowed to, with the name of each: tags first, documents last.

    Before them stand the ``others``: libraries that can be asked too.
    """
    found = [record for record in records if record.chunks]
    tags = sorted({tag for record in found for tag in record.tags}, key=str.casefold)
    names = {f"{_LIBRARY}:{name}": name for name in others} | {f"{_TAG}:{tag}": f"#{tag}" for tag in tags}
    folders = _folders(found)
    apart, known = names_apart(folders), folder_names(library)
    for folder in folders:
        named = known(folder)
        names[f"{_FOLDER}:{folder}"] = f"{apart[folder] if named == one_line(folder) else named}/"
    types = {_ending(record): kind(record) for record in found}
    if len(types) > 1:
        names |= {f"{_TYPE}:{ending}": f"{types[ending]} (.{ending})" for ending in sorted(types) if ending}
    languages = sorted({record.language for record in found} - {""})
    if len(languages) > 1:
        names |= {f"{_LANGUAGE}:{code}": language_name(code) for code in languages}
    years = sorted({year(record) for record in found} - {""}, reverse=True)
    names |= {f"{_SINCE}:{each}": tr(SINCE_YEAR, year=each) for each in years[:-1]}
    if len(found) <= _MAX_DOCUMENTS_OFFERED:
        documents = names_apart(record.source for record in found)
        names |= {
            f"{_DOCUMENT}:{each}": documents[each] for each in sorted(documents, key=lambda s: documents[s].casefold())
        }
    return names


def _folders(records: Sequence[FileRecord]) -> list[str]:
    """Return the folders that hold some of the documents, but not all, and not just what one folder in them holds."""
    counts: Counter[str] = Counter()
    for record in records:
        place = PurePosixPath(record.path).parent
        counts.update(str(PurePosixPath(record.root, each)) for each in (place, *place.parents))
    below = {(str(PurePosixPath(folder).parent), number) for folder, number in counts.items()}
    return sorted(
        folder for folder, number in counts.items() if number < len(records) and (folder, number) not in below
    )


def _ending(record: FileRecord) -> str:
    return PurePosixPath(record.path).suffix.lower().lstrip(".")


def scope_of(chosen: Iterable[str]) -> SearchFilter:
    """Return the filter that these choices make: any of the places, and of the types, and of the languages."""
    given: dict[str, list[str]] = {each: [] for each in _KINDS}
    for choice in chosen:
        named, colon, value = choice.partition(":")
        if colon and named in given:
            given[named].append(value)
        elif word := " ".join(choice.replace("*", " ").split()):
            given[_DOCUMENT].append(f"*{word}*")
    return SearchFilter(
        within=(*given[_FOLDER], *given[_DOCUMENT]),
        types=tuple(given[_TYPE]),
        languages=tuple(given[_LANGUAGE]),
        tags=tuple(given[_TAG]),
        since=min(given[_SINCE], default=""),
        libraries=tuple(given[_LIBRARY]),
    )


def chosen_in(scope: SearchFilter, known: Iterable[str] = ()) -> list[str]:
    """Return the choices that make this filter; ``known`` are those on offer, which tell folders from documents."""
    folders = {each.partition(":")[2] for each in known if each.startswith(f"{_FOLDER}:")}
    places = [
        place.strip("*") if "*" in place else f"{_FOLDER if place in folders else _DOCUMENT}:{place}"
        for place in scope.within
    ]
    return [
        *places,
        *(f"{_TYPE}:{each}" for each in scope.types),
        *(f"{_LANGUAGE}:{each}" for each in scope.languages),
        *(f"{_TAG}:{each}" for each in scope.tags),
        *([f"{_SINCE}:{scope.since}"] if scope.since else []),
        *(f"{_LIBRARY}:{each}" for each in scope.libraries),
    ]


def choice_name(choice: str, say: Callable[[str], str] = tr) -> str:
    """Return a choice in words, where no list of them is at hand."""
    named, colon, value = choice.partition(":")
    if not colon or named not in _KINDS:
        return f"“{one_line(choice)}”"
    if named == _SINCE:
        return say(SINCE_YEAR).format(year=value)
    if named == _LANGUAGE:
        return language_name(value)
    if named == _TAG:
        return f"#{one_line(value)}"
    if named == _LIBRARY:
        return say(ALSO_IN).format(library=one_line(value))
    return f".{value}" if named == _TYPE else file_name(value)


def with_kind(choice: str, name: str) -> str:
    """Return a choice's name after its kind, "Folder · letters/": what is listed together, and can be searched for."""
    kind_of_choice, colon, _ = choice.partition(":")
    return f"{tr(_KIND_NAMES[kind_of_choice])} · {name}" if colon and kind_of_choice in _KIND_NAMES else name


def scope_text(scope: SearchFilter, say: Callable[[str], str] = tr) -> str:
    """Return where a question was asked: "in: lease.pdf, .docx"; "" for everywhere."""
    names = [choice_name(each, say) for each in chosen_in(scope)]
    return say(ASKED_IN).format(places=", ".join(names)) if names else ""
