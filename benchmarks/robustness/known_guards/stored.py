"""What is stored stays, and an earlier library opens."""

from __future__ import annotations

from benchmarks.robustness.known_guards.guard import ARCHIVE, LEDGER, LIBRARY, PIECEMEAL, REFUSED_BACKUP, WHOLE, Guard

_ADOPT = "rag/library/maintenance/adopt.py"
_ROWS = "tests/library/maintenance/test_restore.py::test_a_row_that_oaken_never_writes_is_refused_and_named"

GUARDS = (
    Guard(
        1, "an index whose write was cut short is not trusted",
        "tests/library/index/test_follower.py::test_an_unclean_chroma_is_rebuilt_in_a_new_folder_and_the_old_one_goes",
        LIBRARY, "and (not mark.clean or mark.change != last)", "and mark.change != last",
    ),
    Guard(
        1, "an index being written is marked",
        "tests/library/index/test_follower.py::"
        "test_who_has_an_index_open_does_not_go_on_with_it_after_its_writer_was_killed",
        "rag/library/index/vectors.py",
        "self._opened = self._state.write(clean=False)", "self._opened = self._state.read()",
    ),
    Guard(
        2, "a file that is as it was is not read again",
        "tests/ingest/test_pipeline.py::test_an_interrupt_leaves_whole_documents",
        "ingest/content_index.py",
        "        return same and not self._is_to_be_read_again(record)", "        return False",
    ),
    Guard(
        2, "a file that is as it was is not read again",
        "tests/ingest/test_pipeline.py::test_twice_is_once_and_starts_no_worker",
        "ingest/content_index.py",
        "        return same and not self._is_to_be_read_again(record)", "        return False",
    ),
    Guard(
        3, "a document is stored in one transaction",
        "tests/crash/test_kill.py::test_a_run_killed_again_and_again_ends_as_one_that_was_never_killed",
        LEDGER, WHOLE, PIECEMEAL, slow=True,
    ),
    Guard(
        3, "a document is stored in one transaction",
        "tests/library/db/test_ledger.py::test_a_failed_replacement_leaves_the_old_version",
        LEDGER, WHOLE, PIECEMEAL,
    ),
    Guard(
        3, "a file is written beside its place and then moved there",
        "tests/test_storage.py::test_a_step_that_fails_leaves_the_old_file[settings.json-fsync-28]",
        "rag/storage.py",
        'number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")',
        "number, name = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), str(path)",
    ),
    Guard(
        3, "a document is stored in one transaction",
        "tests/library/test_faults.py::test_a_write_step_that_fails_leaves_what_was_or_what_was_to_be",
        LEDGER, WHOLE, PIECEMEAL, slow=True,
    ),
    Guard(
        4, "SQLite's full disk is told from damage",
        "tests/test_storage.py::test_on_a_full_disk_nothing_half_stays_behind",
        "rag/library/db/sqlite.py", "    if _met_a_full_disk(error, path):", "    if False:",
    ),
    Guard(
        4, "a small file's full disk is told from other errors",
        "tests/test_storage.py::test_a_step_that_fails_leaves_the_old_file[settings.json-mkstemp-28]",
        "rag/storage.py", "    if is_full(error):", "    if False:",
    ),
    Guard(
        5, "the word index's files are compared with their checksums",
        "tests/library/maintenance/test_health.py::test_a_check_reports_damage_and_a_repair_mends_it[one flipped bit]",
        "rag/library/index/bm25.py", 'return bool(crc32(body) == footer["crc"])', "return True",
    ),
    Guard(
        5, "each chunk is looked up in Chroma by its vector",
        "tests/library/maintenance/test_health.py"
        "::test_a_chroma_that_no_longer_finds_a_chunk_by_its_vector_is_reported",
        "rag/library/maintenance/health.py", "    if found.lost:", "    if False:",
    ),
    Guard(
        5, "a document's chunks are counted",
        "tests/library/maintenance/test_health.py::test_chunks_that_are_missing_and_chunks_too_many_are_told_apart",
        "rag/library/maintenance/health.py", "    if len(chunks) < record.chunks:", "    if False:",
    ),
    Guard(
        6, "a repair rebuilds both indexes",
        "tests/library/maintenance/test_health.py::test_a_check_reports_damage_and_a_repair_mends_it[deleted Chroma]",
        LIBRARY,
        "        self._rebuild(wait)\n        # Work in progress", "        # Work in progress",
    ),
    Guard(
        7, "a backup is SQLite's own copy of one moment",
        "tests/library/maintenance/test_backup.py::test_a_backup_while_another_process_writes_is_one_moment",
        "rag/library/maintenance/backup.py", 'db.execute("VACUUM INTO ?", (str(copy),))', "shutil.copyfile(held, copy)",
    ),
    Guard(
        7, "each part is compared with its checksum",
        f"{REFUSED_BACKUP}[wrong checksum]", ARCHIVE, 'digest.hexdigest() == part["sha256"]', "True",
    ),
    Guard(
        7, "a backup holds a ledger, conversations and uploads, and nothing else",
        f"{REFUSED_BACKUP}[another folder]", ARCHIVE, 'require(safe and not name.endswith("/"),', "require(True,",
    ),
    Guard(
        26, "an earlier format is brought up to date step by step",
        "tests/library/db/test_migrations.py::test_a_library_of_each_earlier_format_opens_and_goes_on[2]",
        "rag/library/db/migrations.py",
        "for number in range(stored, SCHEMA_VERSION):", "for number in range(stored, 2):",
    ),
    Guard(
        26, "the original is kept until the change is whole",
        "tests/library/db/test_migrations.py::test_a_migration_that_fails_leaves_the_first_version_as_it_was",
        "rag/library/db/migrations.py", "            _copy(path, kept)\n", "",
    ),
    Guard(
        26, "a newer format is refused",
        "tests/library/db/test_ledger.py::test_a_ledger_of_another_format_is_refused",
        "rag/library/db/migrations.py", "    if stored > SCHEMA_VERSION or stored < 1:", "    if False:",
    ),
    Guard(
        7, "a restored chunk lies within its document",
        f"{_ROWS}[UPDATE chunks SET \"end\" = 1000, text = printf('%.*c', 1000 -]", _ADOPT,
        '            checks.require_span("chunks", chunk.start, chunk.end, adopted.length)\n', "",
    ),
    Guard(
        7, "a restored chunk is as long as its place",
        f"{_ROWS}[UPDATE chunks SET text = 'short']", _ADOPT,
        "            checks.require(len(chunk.text) == chunk.end - chunk.start,", "            checks.require(True,",
    ),
    Guard(
        7, "a restored chunk has an identifier of Oaken's form",
        f"{_ROWS}[UPDATE chunks SET id = 'mine' || ordinal]", _ADOPT,
        '            _require_id("chunks", row, "id", _CHUNK_ID)\n', "",
    ),
    Guard(
        7, "a restored vector holds numbers alone",
        f"{_ROWS}[UPDATE vectors SET vector = x'0000c07f0000c07f0000c07f0000c0]", _ADOPT,
        'checks.require(fine, "vectors", "vector"', 'checks.require(True, "vectors", "vector"',
    ),
    Guard(
        7, "a restored value has its column's type",
        f"{_ROWS}[UPDATE documents SET chunks = 'many']", "rag/library/db/checks.py",
        "        if type(value) not in allowed[name]:", "        if False:",
    ),
    Guard(
        7, "what is packed in a row unpacks to so much and no more",
        'tests/library/db/test_checks.py::test_a_bomb_is_refused_before_it_fills_the_memory[["-a-200000000-"]]',
        "rag/library/db/checks.py", "inflate.decompress(stored, most)", "inflate.decompress(stored)",
    ),
    Guard(
        7, "restored questions follow each other to a first one",
        "tests/library/maintenance/test_restore.py::test_a_row_of_a_conversation_is_refused_too"
        "[UPDATE questions SET parent = (SELECT id FROM replies WHERE ]", _ADOPT,
        '        checks.require(row["parent"] is None or earlier,', "        checks.require(True,",
    ),
)  # fmt: skip
