"""Tests mirror the folders: a module's tests are found by its name, and the few exceptions are listed here."""

from __future__ import annotations

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGES = ("rag", "ingest", "ui")

# A folder whose modules are parts of one thing -> the contract that runs over all of them.
TESTED_TOGETHER = {
    "rag/text/languages/": "text/languages/test_text.py",  # and its neighbours, one for each part of a language
    "ingest/readers/shared/": "ingest/readers/test_formats.py",
}

# A module without tests of its own name -> those that test it: parts of another module, tables, types, pages.
TESTED_BY = {
    "ingest/readers/office/cells.py": "ingest/readers/office/test_xlsx.py",
    "ingest/readers/office/docx_order.py": "ingest/readers/office/test_docx.py",
    "ingest/readers/office/odf_styles.py": "ingest/readers/office/test_odf.py",
    "ingest/readers/pages/text_line.py": "ingest/readers/pages/test_blocks.py",
    "rag/answer/options.py": "answer/test_assistant.py",
    "rag/conversation/chats/models.py": "conversation/chats/test_store.py",
    "rag/conversation/chats/rows.py": "conversation/chats/test_store.py",
    "rag/conversation/chats/tables.py": "conversation/chats/test_store.py",
    "rag/conversation/about_library/replies.py": "text/languages/test_conversation.py",
    "rag/embedding/bert.py": "embedding/test_graph.py",
    "rag/embedding/packed_e5.py": "embedding/test_graph.py",
    "rag/evaluation/phrasing.py": "text/languages/test_questions.py",
    "rag/grounding/sentence_patterns.py": "text/languages/test_grounding.py",
    "rag/library/db/chat_schema.py": "conversation/chats/test_store.py",
    "rag/library/db/column_types.py": "library/db/test_ledger.py",
    "rag/library/db/engines.py": "library/db/test_ledger.py",
    "rag/library/db/folders.py": "library/db/test_shared_folders.py",
    "rag/library/db/shared_schema.py": "library/db/test_shared_folders.py",
    "rag/library/db/opening.py": "conversation/about_library/test_summarize.py",
    "rag/library/db/schema.py": "library/db/test_ledger.py",
    "rag/library/ledger_reader.py": "library/test_library.py",
    "rag/library/reader.py": "library/test_library_group.py",
    "rag/library/maintenance/adopt.py": "library/maintenance/test_restore.py",
    "rag/library/maintenance/archive.py": "library/maintenance/test_backup.py",
    "rag/library/index/chroma_collection.py": "library/index/test_vectors.py",
    "rag/model/worker/main.py": "model/local/test_process.py",
    "rag/retrieval/spelling.py": "retrieval/spelling/test_spelling.py",
    "rag/text/calendar_words.py": "text/languages/test_text.py",
    "rag/text/function_words.py": "text/test_detect.py",
    "rag/text/patterns.py": "text/languages/test_text.py",
    "ui/api/ingests.py": "ui/api/test_document_routes.py",
    "ui/api/responses_protocol.py": "ui/api/test_openai_routes.py",
    "ui/container/__main__.py": "test_delivery.py",
    "ui/cli/options.py": "ui/cli/test_main.py",
    "ui/shared/completion.py": "model/test_complete.py",
    "ui/shared/unwritten.py": "ui/cli/test_real.py",
    "ui/python/answers.py": "ui/python/test_library.py",
    "ui/web/app.py": "browser/test_page.py",
    "ui/web/ask/page.py": "browser/test_page.py",
    "ui/web/ask/suggestions.py": "browser/test_suggested.py",
    "ui/web/ask/unwritten_notice.py": "browser/test_model_page.py",
    "ui/web/clicks.py": "browser/test_page.py",
    "ui/web/confirm.py": "browser/test_library_page.py",
    "ui/web/library/document_tags.py": "browser/test_library_page.py",
    "ui/web/library/folders_section.py": "browser/test_library_page.py",
    "ui/web/library/page.py": "browser/test_library_page.py",
    "ui/web/library/table.py": "browser/test_library_page.py",
    "ui/web/model/own.py": "browser/test_model_page.py",
}

# Tests of what several modules do together, or of the repository.
SUITES = {
    "answer/test_second_turn.py",
    "conversation/chats/test_store_machine.py",
    "grounding/test_translated_prose.py",
    "ingest/readers/pdf/test_hostile.py",
    "ingest/readers/test_formats.py",
    "ingest/readers/test_hostile.py",
    "ingest/readers/test_hostile_counts.py",
    "ingest/readers/test_variations.py",
    "ingest/readers/test_variations_of_packages.py",
    "ingest/test_shared_library.py",
    "ingest/test_state_machine.py",
    "library/maintenance/test_backup_chats.py",
    "library/maintenance/test_purge.py",
    "library/test_faults.py",
    "library/test_processes.py",
    "library/test_state_machine.py",
    "model/prompting/test_families_of_files.py",
    "retrieval/test_any_language.py",
    "retrieval/test_comparisons.py",
    "retrieval/test_identifiers.py",
    "retrieval/test_club_papers.py",
    "retrieval/test_real_answers.py",
    "test_dependencies.py",
    "test_docs.py",
    "test_doubles.py",
    "test_imports.py",
    "test_linear_time.py",
    "test_mirror.py",
    "test_names.py",
    "test_no_language_outside.py",
    "test_notebook.py",
    "test_oaken.py",
    "test_delivery.py",
    "test_offline.py",
    "test_package.py",
    "test_sample.py",
    "ui/api/test_clients.py",
    "ui/cli/test_real.py",
    "ui/test_quotes_elsewhere.py",
    "ui/test_translated.py",
}
SUITE_FOLDERS = ("benchmarks/", "browser/", "crash/", "retrieval/spelling/", "text/languages/")


def modules() -> list[str]:
    """Paths of all modules from the root of the repository; a package's ``__init__`` is no module of its own."""
    found = (path for package in PACKAGES for path in (REPOSITORY / package).rglob("*.py"))
    return sorted(path.relative_to(REPOSITORY).as_posix() for path in found if path.name != "__init__.py")


def own_file(module: str) -> str:
    """Where the tests of a module stand, below tests/."""
    folder, _, name = module.removeprefix("rag/").rpartition("/")
    return f"{folder}/test_{name}" if folder else f"test_{name}"


def written() -> list[str]:
    """All test files, below tests/."""
    tests = REPOSITORY / "tests"
    return sorted(path.relative_to(tests).as_posix() for path in tests.rglob("test_*.py"))


MODULES, WRITTEN = modules(), written()
OWN = {own_file(module): module for module in MODULES}


def test_no_two_modules_share_a_test_file() -> None:
    assert len(OWN) == len(MODULES)


def test_a_module_has_tests_of_its_name_or_an_entry() -> None:
    listed = {module for module in MODULES if module in TESTED_BY or module.startswith(tuple(TESTED_TOGETHER))}
    missing = [module for module in MODULES if module not in listed and own_file(module) not in WRITTEN]
    assert not missing, f"write {[own_file(module) for module in missing]}"


@pytest.mark.parametrize("module", TESTED_BY)
def test_an_entry_is_still_needed(module: str) -> None:
    assert module in MODULES, "the module is gone"
    assert TESTED_BY[module] in WRITTEN, "the test file is gone"
    assert own_file(module) not in WRITTEN, "the module has tests of its own"
    assert not module.startswith(tuple(TESTED_TOGETHER)), "its folder is tested together"


@pytest.mark.parametrize("folder", TESTED_TOGETHER)
def test_a_folder_tested_together_has_modules_and_a_contract(folder: str) -> None:
    assert any(module.startswith(folder) for module in MODULES)
    assert TESTED_TOGETHER[folder] in WRITTEN


def test_a_test_file_bears_the_name_of_a_module_or_is_a_suite() -> None:
    named = {file for file in WRITTEN if file in OWN or file.startswith(SUITE_FOLDERS)}
    assert not {*WRITTEN} - named - SUITES, "name them after modules"
    assert {*WRITTEN} >= SUITES, "these suites are gone"
    assert not SUITES & OWN.keys(), "these bear the name of a module"
