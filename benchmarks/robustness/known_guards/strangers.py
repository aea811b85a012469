"""Documents, backups and models of strangers."""

from __future__ import annotations

from benchmarks.robustness.known_guards.guard import ARCHIVE, REFUSED_BACKUP, Guard

_LINEAR = "tests/test_linear_time.py::test_what_was_slow_once_takes_time_in_proportion"
_OUTSIDE = "tests/library/maintenance/test_restore.py::test_a_document_that_leads_out_is_refused_though_its_id_fits"
_FOREIGN = "tests/library/maintenance/test_foreign.py"
_SANDBOX = "tests/ingest/worker/test_sandbox.py"

GUARDS = (
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
        13, "a ledger's embedder is a name and no path",
        "tests/embedding/test_registry.py::test_a_name_that_leads_elsewhere_names_no_embedder"
        "[../libraries/default/uploads/mine]",
        "rag/embedding/registry.py",
        "    if not EMBEDDER_NAME.fullmatch(name) or not path.exists():", "    if not path.exists():",
    ),
    Guard(
        12, "a package is measured before it is unpacked",
        "tests/ingest/readers/shared/test_zip_checks.py::test_a_bomb_is_refused_by_its_directory[.docx]",
        "ingest/readers/shared/zip_checks.py", "    if unpacked > RATIO_CHECKED_FROM_BYTES and", "    if False and",
    ),
    Guard(
        12, "the pages of a PDF are counted before they are read",
        "tests/ingest/readers/pdf/test_hostile.py::test_a_hostile_file_is_an_outcome_and_the_next_is_read[page-again]",
        "ingest/readers/pdf/reader.py", "    if len(pdf) > MAX_PDF_PAGES:", "    if False:",
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
        "tests/ui/shared/adding/test_uploads.py::test_any_name_is_one_part_of_a_path_or_refused",
        "ui/shared/adding/uploads.py",
        "    stem, suffix = Path(last).stem, Path(last).suffix\n", '    stem, suffix = name, ""\n',
    ),
    Guard(
        13, "a link in the place of an upload is replaced",
        "tests/ui/shared/adding/test_uploads.py::test_a_link_in_the_place_of_a_copy_is_not_followed",
        "ui/shared/adding/uploads.py", "        Path(scratch).replace(target)", "        target.write_bytes(content)",
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
        f"{REFUSED_BACKUP}[a path upwards]", ARCHIVE, 'require(safe and not name.endswith("/"),', "require(True,",
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
        "tests/ingest/readers/test_hostile.py::test_no_entity_is_another_file_without_a_sandbox_either[.xml]",
        "ingest/readers/markup/xml_document.py",
        '_parser(resolve_entities="internal")', "_parser(resolve_entities=True)",
    ),
    Guard(
        12, "a worker's answer has an end",
        "tests/ingest/test_process.py::test_an_answer_past_all_bounds_is_too_large",
        "ingest/process.py", "readline(MAX_ANSWER_BYTES)", "readline()",
    ),
    Guard(
        12, "a long text is cut into sentences piece by piece",
        f"{_LINEAR}[rag.text.sentences.sentences]", "rag/text/sentences.py",
        "        until = min(begin + _MOST_AT_ONCE, len(block))", "        until = len(block)",
    ),
    Guard(
        12, "a fence is looked for once in each line",
        f"{_LINEAR}[rag.text.sentences.fenced]", "rag/text/sentences.py",
        r"^[ \t]*+(`{3,}+|~{3,}+)[ \t]*+([^\n`]*+)", r"^[ \t]*(`{3,}|~{3,})[ \t]*([^\n`]*)",
    ),
    Guard(
        12, "a quoted phrase is looked for once from each quotation mark",
        f"{_LINEAR}[rag.retrieval.filters.apply_filter]", "rag/retrieval/filters.py",
        r'"([^"\n\w]*+\w[^"\n]*+)"|“([^“”\n\w]*+\w[^“”\n]*+)”', r'"([^"\n]*\w[^"\n]*)"|“([^”\n]*\w[^”\n]*)”',
    ),
    Guard(
        13, "a restored document lies in its folder",
        f"{_OUTSIDE}[/papers-../mill.txt]", "rag/library/maintenance/adopt.py",
        '    checks.require(inside and not {"", ".."} & set(path.split("/")),', "    checks.require(True,",
    ),
    Guard(
        13, "a restored folder is named in full",
        f"{_OUTSIDE}[/papers/../etc-passwd]", "rag/library/maintenance/adopt.py",
        'checks.require(is_absolute and ".." not in', 'checks.require(is_absolute or ".." not in',
    ),
    Guard(
        13, "the folder of a restored document is none that was added",
        "tests/library/maintenance/test_restore.py::test_a_folder_that_a_backup_names_is_one_that_nobody_added",
        "rag/library/maintenance/adopt.py", "                self.roots.add(record.root)\n", "                pass\n",
    ),
    Guard(
        13, "no file of a restored folder is read again",
        "tests/ingest/test_restored_folders.py::test_a_document_is_not_read_again_before_its_folder_is_added",
        "ingest/restored_folders.py", "        if record.root in restored_roots:", "        if False:",
    ),
    Guard(
        13, "no file of a restored folder is shown",
        "tests/ui/shared/source/test_original_file.py::test_a_folder_that_came_with_a_backup_is_not_looked_into",
        "ui/shared/source/original_file.py", "    if record.root in restored_roots:", "    if False:",
    ),
    Guard(
        13, "a link that took a file's place since is not followed",
        "tests/ingest/test_source_file.py::test_a_link_that_took_a_place_since_is_not_followed",
        "ingest/source_file.py", "flags | os.O_NOFOLLOW, dir_fd=above", "flags, dir_fd=above",
    ),
    Guard(
        14, "a model file is checked before llama.cpp opens it",
        "tests/model/local/test_client.py::test_files_that_are_no_models_are_refused_before_llama_cpp_sees_them",
        "rag/model/files/gguf.py", "        if start + max(ends) > self._size:", "        if False:",
    ),
    Guard(
        14, "a backup's schema holds tables alone",
        f"{_FOREIGN}::test_a_schema_with_anything_but_plain_tables_is_refused[a trigger]",
        "rag/library/maintenance/foreign.py", "            not strange,\n", "            True,\n",
    ),
    Guard(
        14, "no statement runs on a backup's tables but a plain SELECT",
        f"{_FOREIGN}::test_what_runs_where_a_table_is_written_or_checked_does_not_run[script1]",
        "rag/library/maintenance/foreign.py", "        self._db.set_authorizer(self._authorize)\n", "",
    ),
    Guard(
        14, "a worker has Landlock refuse it all other files",
        f"{_SANDBOX}::test_a_worker_reaches_no_file_but_the_one_it_reads",
        "ingest/worker/sandbox.py", "        landlock.restrict(_places(own))", "        pass",
    ),
    Guard(
        14, "a worker does not change the file that it reads",
        f"{_SANDBOX}::test_a_worker_reaches_no_file_but_the_one_it_reads",
        "ingest/worker/sandbox.py", "        ((own.parent,), _GIVEN),", "        ((own.parent,), landlock.ALL),",
    ),
    Guard(
        14, "Landlock holds from then on",
        "tests/ingest/worker/test_landlock.py::test_what_is_not_named_is_refused_for_good",
        "ingest/worker/landlock.py",
        "return _no_new_privileges() and _call(_RESTRICT_SELF, handle, 0) == 0", "return _no_new_privileges()",
    ),
    Guard(
        14, "a worker sends no signal to the run",
        f"{_SANDBOX}::test_a_worker_sends_no_signal_to_the_run",
        "ingest/worker/landlock.py", "        fields.append(_SCOPES)", "        fields.append(0)",
    ),
    Guard(
        14, "a worker reaches no service of this machine",
        f"{_SANDBOX}::test_native_code_and_programs_reach_no_service_of_this_machine",
        "ingest/worker/seccomp.py", '    "connect": (42, 203), "accept"', '    "accept"',
    ),
)  # fmt: skip
