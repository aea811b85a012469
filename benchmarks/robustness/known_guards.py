"""The guards that keep the promises of ``promises.py``: lines of code, and the test that fails without them.

``guards.py`` takes each out and sees its test fail. A guard is the smallest change that takes the protection away. None
may let a test reach beyond its own folders.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guard:
    """Lines of code that keep a promise: in ``file`` the text ``old``, and ``new``, which leaves the promise open."""

    promise: int
    text: str
    test: str  # as pytest names it
    file: str
    old: str
    new: str
    slow: bool = False
    browser: bool = False

    @property
    def name(self) -> str:
        """The test as the docs name it: its file and its function or class, whatever the case."""
        return ":".join(self.test.partition("[")[0].split("::")[:2])


_WHOLE = (
    "        with self._engine.begin() as db:\n            old, _ = self._forget(db, record.id)\n"
    "            self._check_embedder(db)\n"
)
_PIECEMEAL = _WHOLE.replace("begin()", 'connect().execution_options(isolation_level="AUTOCOMMIT")')
_LEDGER, _LIBRARY, _BACKUP = "rag/library/db/ledger.py", "rag/library/library.py", "rag/library/maintenance/backup.py"
_ARCHIVE = "rag/library/maintenance/archive.py"
_REFUSED = "tests/library/maintenance/test_backup.py::test_a_damaged_or_hostile_backup_is_refused_and_says_why"

GUARDS = (
    Guard(
        1, "an index whose write was cut short is not trusted",
        "tests/library/index/test_follower.py::test_an_unclean_chroma_is_rebuilt_in_a_new_folder_and_the_old_one_goes",
        _LIBRARY, "and (not mark.clean or mark.change != last)", "and mark.change != last",
    ),
    Guard(
        1, "an index being written is marked",
        "tests/crash/test_kill.py::test_a_run_killed_again_and_again_ends_as_one_that_was_never_killed",
        "rag/library/index/vectors.py",
        "self._opened = self._state.write(clean=False)", "self._opened = self._state.read()", slow=True,
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
        "tests/library/db/test_ledger.py::test_a_failed_replacement_leaves_the_old_version",
        _LEDGER, _WHOLE, _PIECEMEAL,
    ),
    Guard(
        3, "a file is written beside its place and then moved there",
        "tests/test_storage.py::test_a_step_that_fails_leaves_the_old_file[settings.json-fsync-28]",
        "rag/storage.py",
        'number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")',
        "number, name = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), str(path)",
    ),
    Guard(
        3, "an index being written is marked",
        "tests/library/test_faults.py::test_a_write_step_that_fails_leaves_what_was_or_what_was_to_be",
        "rag/library/index/vectors.py",
        "self._opened = self._state.write(clean=False)", "self._opened = self._state.read()", slow=True,
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
        _LIBRARY,
        "        self._rebuild(wait)\n        # Work in progress", "        # Work in progress",
    ),
    Guard(
        7, "a backup is SQLite's own copy of one moment",
        "tests/library/maintenance/test_backup.py::test_a_backup_while_another_process_writes_is_one_moment",
        _BACKUP, 'db.execute("VACUUM INTO ?", (str(copy),))', "shutil.copyfile(held, copy)",
    ),
    Guard(
        7, "each part is compared with its checksum",
        f"{_REFUSED}[wrong checksum]", _ARCHIVE, 'digest.hexdigest() == part["sha256"]', "True",
    ),
    Guard(
        7, "a backup holds a ledger, conversations and uploads, and nothing else",
        f"{_REFUSED}[another folder]", _ARCHIVE, 'require(safe and not name.endswith("/"),', "require(True,",
    ),
    Guard(
        8, "the lock holds among processes",
        "tests/library/test_processes.py::test_a_second_writer_is_named_the_first_and_since_when",
        "rag/library/locks.py",
        "            if file.acquire(blocking=left > 0, timeout=left or None, delay=0.005, max_delay=0.1):\n"
        "                held.callback(file.release)\n",
        "            if left >= 0:\n",
    ),
    Guard(
        9, "a document is stored in one transaction",
        "tests/library/test_processes.py::test_readers_see_whole_documents_only_while_another_process_replaces_them",
        _LEDGER, _WHOLE, _PIECEMEAL,
    ),
    Guard(
        10, "a search brings the word index up to date first",
        "tests/library/index/test_follower.py::test_indexes_that_are_behind_catch_up_before_a_search",
        _LIBRARY,
        "        self._try_to_follow_words()\n        return self.words.search(", "        return self.words.search(",
    ),
    Guard(
        10, "Chroma looks far enough",
        "tests/library/index/test_vectors.py::test_of_many_that_are_much_alike_all_but_one_or_two_are_found[chroma]",
        "rag/library/index/chroma_collection.py", '"ef_search": 200,', '"ef_search": 1,', slow=True,
    ),
    Guard(
        11, "a stored document is recorded for the indexes",
        "tests/library/test_state_machine.py::TestLibrary::runTest",
        _LEDGER,
        "            self._delete_unused_vectors(db, old - set(hashes))\n"
        "            return self._record_change(db, record.id)\n",
        "            return 1\n", slow=True,
    ),
    Guard(
        11, "a file that is gone is removed",
        "tests/ingest/test_state_machine.py::test_the_library_ends_as_the_folder_is",
        "ingest/pipeline.py",
        "                if not self._keep_missing:\n                    vanished.append(record)\n",
        "                pass\n", slow=True,
    ),
    Guard(
        12, "a worker's memory is limited",
        "tests/ingest/worker/test_sandbox.py"
        "::test_what_takes_too_much_is_an_outcome_and_the_next_file_is_read[memory]",
        "ingest/worker/sandbox.py", "            resource.RLIMIT_AS: (WORKER_MEMORY, PROGRAM_MEMORY),\n", "",
    ),
    Guard(
        12, "what a worker starts cannot leave the group that is killed with it",
        "tests/ingest/worker/test_seccomp.py::test_what_a_worker_starts_dies_with_it_whatever_it_does",
        "ingest/worker/seccomp.py", '    "setsid": (112, 157), "setpgid": (109, 154),\n', "",
    ),
    Guard(
        12, "what a worker answers is checked before it is stored",
        "tests/ingest/test_document_codec.py::test_each_lie_of_a_worker_is_refused",
        "ingest/document_codec.py", "    if type(value) is not int or not 0 <= value <= _MAX_PAGE:", "    if False:",
    ),
    Guard(
        12, "a package is measured before it is unpacked",
        "tests/ingest/readers/shared/test_zip_checks.py::test_a_bomb_is_refused_by_its_directory[.docx]",
        "ingest/readers/shared/zip_checks.py", "    if unpacked > MAX_UNPACKED_BYTES or (", "    if False and (",
    ),
    Guard(
        12, "an error over one document does not end the run",
        "tests/ingest/test_pipeline.py::test_one_failure_never_stops_the_run",
        "ingest/stages.py",
        "        except Exception as error:  # one document's failure never stops the run\n"
        '            reason = Message("',
        '        except EOFError as error:\n            reason = Message("',
    ),
    Guard(
        12, "a document that cannot be split is listed with its reason",
        "tests/ingest/test_pipeline.py::test_a_document_that_cannot_be_split_costs_that_document",
        "ingest/worker/main.py",
        "    except Exception as error:  # one document's failure never stops the run\n",
        "    except EOFError as error:\n",
    ),
    Guard(
        12, "a worker that takes too long is killed",
        "tests/ingest/test_pipeline.py::test_the_time_limit_holds_for_splitting_too",
        "ingest/process.py",
        "        self.exceeded = self._silence if now >= self._last_heartbeat + self._silence else self._total\n"
        "        kill_group(self._process)\n",
        "", slow=True,
    ),
    Guard(
        13, "an uploaded file keeps no folder in its name",
        "tests/ui/web/library/test_uploads.py::test_any_name_is_one_part_of_a_path_or_refused",
        "ui/web/library/uploads.py",
        "    stem, suffix = Path(last).stem, Path(last).suffix\n", '    stem, suffix = name, ""\n',
    ),
    Guard(
        13, "a link in the place of an upload is replaced",
        "tests/ui/web/library/test_uploads.py::test_a_link_in_the_place_of_a_copy_is_not_followed",
        "ui/web/library/uploads.py", "        Path(scratch).replace(target)", "        target.write_bytes(content)",
    ),
    Guard(
        13, "a ledger's embedder is a name and no path",
        "tests/embedding/test_registry.py::test_a_name_that_leads_elsewhere_names_no_embedder"
        "[../libraries/default/uploads/mine]",
        "rag/embedding/registry.py",
        "    if not EMBEDDER_NAME.fullmatch(name) or not path.exists():", "    if not path.exists():",
    ),
    Guard(
        13, "a link that leads out of the folder is not followed",
        "tests/ingest/test_discover.py::test_links_never_go_round_and_never_out",
        "ingest/discover.py",
        "        if is_link and (is_folder or _succeeds(entry.is_file)) and not _inside(root, entry.path):",
        "        if False:",
    ),
    Guard(
        13, "the paths in a backup stay in the library",
        f"{_REFUSED}[a path upwards]", _ARCHIVE, 'require(safe and not name.endswith("/"),', "require(True,",
    ),
    Guard(
        14, "a model's template runs in a sandbox",
        "tests/model/prompting/test_chat_template.py::test_no_template_gets_out",
        "rag/model/prompting/chat_template.py",
        "from jinja2.sandbox import ImmutableSandboxedEnvironment",
        "from jinja2 import Environment as ImmutableSandboxedEnvironment",
    ),
    Guard(
        14, "a model file of an unknown checksum is refused",
        "tests/model/files/test_store.py::test_an_unverified_file_needs_consent",
        "rag/model/files/store.py", "    if not allow:", "    if False:",
    ),
    Guard(
        14, "reStructuredText includes no file",
        "tests/ingest/readers/test_hostile.py::test_no_other_file_is_ever_included",
        "ingest/readers/markup/rst.py", '"file_insertion_enabled": False,', '"file_insertion_enabled": True,',
    ),
    Guard(
        14, "XML resolves no entity of another file",
        "tests/ingest/readers/test_hostile.py::test_no_entity_reads_a_file_or_swells[.xml]",
        "ingest/readers/markup/xml_document.py",
        '_parser(resolve_entities="internal")', "_parser(resolve_entities=True)",
    ),
    Guard(
        15, "a worker that died is replaced",
        "tests/model/local/test_process.py::test_killed_worker_is_said_and_the_next_call_starts_another",
        "rag/model/local/client.py",
        "                if not self._process.alive:\n",
        "                if not self._process.alive:\n                    raise ModelError(Message('It is gone.'))\n",
    ),
    Guard(
        16, "the API's queue has an end",
        "tests/ui/api/test_background.py::test_requests_beyond_the_queue_are_asked_to_come_back",
        "ui/api/service.py", "            if self._busy >= LINE:", "            if False:",
    ),
    Guard(
        16, "a client that is gone stops the model",
        "tests/ui/api/test_background.py::test_a_client_that_leaves_stops_the_model[asked0]",
        "ui/api/background.py",
        "        self._client_left.set()\n        self._watched.stop()\n", "        self._client_left.set()\n",
    ),
    Guard(
        16, "the model's queue has an end",
        "tests/model/local/test_queue.py::test_a_full_line_is_said_and_nothing_is_lost",
        "rag/model/local/queue.py", "            if len(self._waiting) >= self._max_length:", "            if False:",
    ),
    Guard(
        17, "each route asks for the token",
        "tests/ui/api/test_app.py::test_no_other_route_answers_without_the_token[GET-/v1/models]",
        "ui/api/app.py", "        dependencies=[Depends(allowed)],\n", "",
    ),
    Guard(
        17, "the API knows its own names only",
        "tests/ui/api/test_app.py::test_no_route_answers_another_host_or_page[headers0-GET-/v1/models]",
        "ui/api/app.py",
        "    return HttpGuard(BodyLimit(app), hosts, proxied=proxied)", "    return BodyLimit(app)",
    ),
    Guard(
        17, "a form of another page is no request",
        "tests/ui/api/test_app.py::test_what_a_page_may_send_without_asking_is_refused",
        "ui/api/app.py",
        '        if headers.get(b"content-type", "").partition(";")[0].strip().lower() != "application/json":',
        "        if False:",
    ),
    Guard(
        17, "other machines need a chosen token",
        "tests/ui/cli/test_api.py::test_other_machines_only_with_a_chosen_token_and_by_name",
        "ui/cli/api.py", "    if not chosen:", "    if False:",
    ),
    Guard(
        18, "the page answers to its own names",
        "tests/ui/shared/test_http_guard.py::test_every_other_page_is_refused"
        "[evil.example:8501-http://evil.example:8501]",
        "ui/shared/http_guard.py", "        if not self._known(host, origin):", "        if False:",
    ),
    Guard(
        18, "a page of another port may not call",
        "tests/ui/shared/test_http_guard.py::test_every_other_page_is_refused[localhost:8501-http://localhost:3000]",
        "ui/shared/http_guard.py",
        '            return origin in (None, f"http://{host}")\n', "            return True\n",
    ),
    Guard(
        18, "without a session there is the door alone",
        "tests/ui/web/server/test_login.py"
        "::test_without_a_session_there_is_nothing_but_the_login_page[-GET-/library]",
        "ui/web/server/login.py", "        elif session is None:", "        elif False:",
    ),
    Guard(
        18, "the page listens on this machine",
        "tests/ui/web/server/test_launcher.py::test_the_settings_keep_it_on_this_machine",
        "ui/web/.streamlit/config.toml", 'address = "127.0.0.1"', 'address = "0.0.0.0"',
    ),
    Guard(
        18, "the page answers to its own names",
        "tests/browser/test_page.py::test_only_its_own_page_is_served",
        "ui/shared/http_guard.py", "        if not self._known(host, origin):", "        if False:", browser=True,
    ),
    Guard(
        19, "text is escaped in HTML",
        "tests/ui/web/test_html_views.py::test_hostile_text_stays_text",
        "ui/web/html_views.py", "return escape(clean(value), quote=True)", "return clean(value)",
    ),
    Guard(
        19, "text is escaped in Markdown",
        "tests/ui/shared/test_quote_markdown.py::test_escaped_words_are_shown_as_they_are",
        "ui/shared/quote_markdown.py",
        'return _MARKDOWN_SIGNS.sub(r"\\\\\\g<0>", one_line(words))', "return one_line(words)",
    ),
    Guard(
        19, "the page loads nothing from elsewhere",
        "tests/ui/shared/test_http_guard.py::test_a_page_may_load_nothing_from_elsewhere",
        "ui/shared/http_guard.py", "img-src 'self' data: blob:", "img-src 'self' http: https: data: blob:",
    ),
    Guard(
        19, "text is escaped in HTML",
        "tests/browser/test_page.py::test_a_hostile_document_does_nothing_but_stand_there",
        "ui/web/html_views.py", "return escape(clean(value), quote=True)", "return clean(value)", browser=True,
    ),
    Guard(
        20, "a marker in a text is cut apart",
        "tests/model/local/test_client.py"
        "::test_forged_markers_in_a_vocabulary_that_finds_them_in_plain_text[oasst-llama]",
        "rag/model/worker/tokens.py",
        "        tokens = self._tokenize(text)\n        if self._guarded.isdisjoint(tokens):\n",
        "        tokens = self._tokenize(text)\n        if True:\n",
    ),
    Guard(
        20, "a turn's text is no scaffolding",
        "tests/model/prompting/test_families.py::test_forged_markers_stay_text",
        "rag/model/prompting/families.py",
        "            PromptSegment(turn.text, False),\n", "            *_scaffolding(family, turn.text),\n",
    ),
    Guard(
        21, "no variable turns a library's reports on",
        "tests/test_no_reports.py::test_every_child_is_told",
        "rag/child_process.py", "**more, **NO_REPORTS}", "**NO_REPORTS, **more}",
    ),
    Guard(
        21, "Chroma believes no file of the folder it runs in",
        "tests/test_no_reports.py::test_chroma_believes_no_file_of_the_folder_a_command_runs_in",
        "rag/library/index/chroma_collection.py", "        _env_file=None,\n", "",
    ),
    Guard(
        21, "the page reports no use",
        "tests/ui/web/server/test_launcher.py::test_the_settings_keep_it_on_this_machine",
        "ui/web/.streamlit/config.toml", "gatherUsageStats = false", "gatherUsageStats = true",
    ),
    Guard(
        21, "onnxruntime's reports are off",
        "tests/browser/test_offline_kernel.py::test_ingest_ask_page_and_api_stay_on_this_machine",
        "rag/no_reports.py", '    "ORT_DISABLE_TELEMETRY": "1",\n', "", browser=True,
    ),
    Guard(
        22, "the system refuses a worker's sockets",
        "tests/ingest/worker/test_sandbox.py::test_the_worker_cannot_reach_the_network_and_prints_past_its_answers",
        "ingest/worker/sandbox.py", "    seccomp.install()\n    with", "    with",
    ),
    Guard(
        22, "Python refuses a worker's connections",
        "tests/ingest/worker/test_sandbox.py::test_the_worker_cannot_reach_the_network_and_prints_past_its_answers",
        "ingest/worker/sandbox.py", "    sys.addaudithook(_refuse_network)\n", "",
    ),
    Guard(
        22, "readers know no network",
        "tests/test_imports.py::test_few_modules_can_open_a_connection",
        "ingest/readers/markup/html_page.py", "from __future__ import annotations\n",
        "from __future__ import annotations\n\nimport urllib.request\n",
    ),
    Guard(
        23, "the ledger's file is rewritten",
        "tests/library/maintenance/test_purge.py::test_removing_leaves_traces_and_purging_none",
        "rag/library/db/sqlite.py", '                    db.execute("VACUUM")\n', "",
    ),
    Guard(
        23, "a reader that still holds the log is waited for",
        "tests/library/maintenance/test_purge.py::test_a_reader_that_holds_the_log_is_waited_for_and_then_named",
        "rag/library/db/sqlite.py", "            if not busy:\n", "            if True:\n",
    ),
    Guard(
        23, "the indexes are rebuilt",
        "tests/library/maintenance/test_purge.py::test_removing_leaves_traces_and_purging_none",
        _LIBRARY,
        "            self.ledger.purge(wait)\n            self._rebuild(wait)\n",
        "            self.ledger.purge(wait)\n",
    ),
    Guard(
        24, "a new folder is its owner's only",
        "tests/test_storage.py::test_every_folder_of_a_new_home_is_private",
        "rag/storage.py", "each.mkdir(mode=0o700, exist_ok=True)", "each.mkdir(exist_ok=True)",
    ),
    Guard(
        24, "Chroma's files are their owner's only",
        "tests/library/maintenance/test_purge.py::test_everything_in_a_librarys_folder_is_its_owners_only",
        "rag/library/index/vectors.py", "        make_private(place)\n", "",
    ),
    Guard(
        24, "the API's token is its owner's only",
        "tests/ui/cli/test_api.py::test_a_token_is_made_once_and_kept_from_others",
        "ui/cli/api.py", "        path.chmod(0o600)\n", "",
    ),
    Guard(
        24, "no document is logged",
        "tests/test_imports.py::test_what_reads_and_answers_keeps_no_log",
        "ingest/pipeline.py", "from __future__ import annotations\n",
        "from __future__ import annotations\n\nimport logging\n",
    ),
    Guard(
        25, "each package has one version",
        "tests/test_dependencies.py::test_every_package_has_one_version_that_is_wanted",
        "constraints.txt", "\nlxml==", "\nlxml>=",
    ),
    Guard(
        25, "none is older than the fix of a known hole",
        "tests/test_dependencies.py::test_no_package_is_older_than_the_fix_of_a_known_hole",
        "constraints.txt", "python-multipart==0.0.34", "python-multipart==0.0.26",
    ),
    Guard(
        25, "the versions are those that are installed",
        "tests/test_dependencies.py::test_setting_up_takes_those_versions",
        "Makefile", "-c constraints.txt -e", "-e",
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
)  # fmt: skip
