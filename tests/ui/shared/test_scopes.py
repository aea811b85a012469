"""What a question can be limited to: each choice has one name, and comes back as it was chosen."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval.filters import EVERYWHERE, SearchFilter
from rag.types import FileRecord, FileStamp
from tests.ui.shared.test_facets import LIBRARY, record
from ui.shared import scopes
from ui.shared.export.markdown import current_translations

PAPERS = [record("2024/lease.pdf"), record("2024/rent.pdf"), record("lease.pdf", language="es"), record("notes.txt")]


def test_folders_types_languages_and_documents_are_told_apart() -> None:
    names = scopes.choices(PAPERS, LIBRARY)
    assert names == {
        "folder:/home/ann/papers/2024": "2024/",
        "type:pdf": "PDF (.pdf)",
        "type:txt": "Plain text (.txt)",
        "language:en": "English",
        "language:es": "Spanish",
        "document:/home/ann/papers/2024/lease.pdf": "2024/lease.pdf",
        "document:/home/ann/papers/notes.txt": "notes.txt",
        "document:/home/ann/papers/lease.pdf": "papers/lease.pdf",
        "document:/home/ann/papers/2024/rent.pdf": "rent.pdf",
    }


def test_what_narrows_nothing_is_not_offered() -> None:
    assert [*scopes.choices([record("a/1.txt"), record("a/2.txt"), replace(record("b/3.pdf"), chunks=0)], LIBRARY)] == [
        "document:/home/ann/papers/a/1.txt", "document:/home/ann/papers/a/2.txt",
    ]  # fmt: skip
    assert scopes.choices([], LIBRARY) == {}


def test_a_folder_that_holds_just_one_other_is_named_by_that_one() -> None:
    names = scopes.choices([record("a/b/1.txt"), record("a/b/2.txt"), record("3.txt")], LIBRARY)
    assert [each for each in names if each.startswith("folder:")] == ["folder:/home/ann/papers/a/b"]


def test_tags_are_offered_first() -> None:
    tagged = [replace(record("1.txt"), tags=("tax 2024", "Work")), record("2.txt")]
    names = scopes.choices(tagged, LIBRARY)
    assert [*names.items()][:2] == [("tag:tax 2024", "#tax 2024"), ("tag:Work", "#Work")]
    scope = scopes.scope_of(["tag:Work"])
    assert scope.documents(tagged) == {tagged[0].id} and scopes.chosen_in(scope, names) == ["tag:Work"]
    assert scopes.scope_text(scope) == "in: #Work"


def test_other_libraries_are_offered_before_all_else_and_narrow_nothing() -> None:
    names = scopes.choices(PAPERS, LIBRARY, ["notes", "work"])
    assert [*names.items()][:2] == [("library:notes", "notes"), ("library:work", "work")]
    assert scopes.with_kind("library:work", "work") == "Also ask · work"
    scope = scopes.scope_of(["library:work"])
    assert scope == SearchFilter(libraries=("work",)) and scope.documents(PAPERS) is None
    assert scopes.scope_text(scope) == "in: also the library work"


def test_years_are_offered_where_there_are_several() -> None:
    years = [replace(record(f"{n}.txt"), stamp=FileStamp(1, n * 31_600_000 * 10**9)) for n in (50, 51, 53)]
    names = scopes.choices(years, LIBRARY)
    assert [name for choice, name in names.items() if choice.startswith("since:")] == ["since 2023", "since 2021"]


def test_a_library_of_very_many_documents_offers_no_single_one() -> None:
    many: list[FileRecord] = [record(f"{n // 2000}/{n}.txt") for n in range(2001)]
    names = scopes.choices(many, LIBRARY)
    assert not [each for each in names if each.startswith("document:")]
    assert "folder:/home/ann/papers/0" in names


def test_choices_make_a_filter_that_selects_what_they_name() -> None:
    for choice, ids in {
        "document:/home/ann/papers/lease.pdf": [2],
        "folder:/home/ann/papers/2024": [0, 1],
        "type:txt": [3],
        "language:es": [2],
        "lease": [0, 2],
        "2024*": [0, 1],
    }.items():
        assert scopes.scope_of([choice]).documents(PAPERS) == {PAPERS[at].id for at in ids}, choice
    both = scopes.scope_of(["folder:/home/ann/papers/2024", "document:/home/ann/papers/notes.txt", "type:pdf"])
    assert both.documents(PAPERS) == {PAPERS[0].id, PAPERS[1].id}
    assert scopes.scope_of([]) == scopes.scope_of([" * "]) == EVERYWHERE


@given(
    st.lists(
        st.sampled_from([*scopes.choices(PAPERS, LIBRARY), "since:2024", "library:work", "lease", "a:b"]), unique=True
    )
)
def test_what_was_chosen_comes_back(chosen: list[str]) -> None:
    scope = scopes.scope_of(chosen)
    known = scopes.choices(PAPERS, LIBRARY)
    assert set(scopes.chosen_in(scope, known)) == set(chosen)
    assert scopes.scope_of(scopes.chosen_in(scope)) == scope


def test_each_choice_is_named_after_its_kind() -> None:
    offered = scopes.choices([replace(PAPERS[0], tags=("Work",)), *PAPERS[1:]], LIBRARY)
    named = [scopes.with_kind(choice, name) for choice, name in offered.items()]
    assert named[:3] == ["Tag · #Work", "Folder · 2024/", "Kind of file · PDF (.pdf)"]
    assert named[-1] == "Document · rent.pdf"
    assert scopes.with_kind("rent", "“rent”") == "“rent”"  # typed


def test_a_question_says_where_it_was_asked() -> None:
    scope = SearchFilter(within=("/home/ann/lease.pdf", "*rent*"), types=("md",), languages=("es",), since="2024")
    said = "in: lease.pdf, “rent”, .md, Spanish, since 2024"
    assert scopes.scope_text(scope) == said
    assert scopes.scope_text(scope, current_translations()) == said
    assert scopes.scope_text(EVERYWHERE) == ""
