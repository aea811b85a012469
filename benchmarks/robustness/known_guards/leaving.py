"""What leaves this machine, and what is installed on it."""

from __future__ import annotations

from benchmarks.robustness.known_guards.guard import LIBRARY, Guard

GUARDS = (
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
        27, "every address of a name is public",
        "tests/ingest/web/test_fetch.py::test_a_name_that_turns_inner_between_robots_and_page_is_refused",
        "ingest/web/fetch.py",
        "    if not found or not all(network.is_allowed(each, address.port) for each in found):", "    if not found:",
    ),
    Guard(
        27, "what was checked is connected to",
        "tests/ingest/web/test_fetch.py::test_a_name_that_resolves_to_another_machine_after_the_check_is_not_asked_again",
        "ingest/web/fetch.py", 'place = f"[{each}]" if ":" in each else each', "place = address.host",
    ),
    Guard(
        27, "a redirect is read as an address is",
        "tests/ingest/web/test_addresses.py::test_a_redirect_is_read_as_an_address_is",
        "ingest/web/addresses.py", '    if "." not in name or any(', "    if False and any(",
    ),
    Guard(
        27, "a number in a strange notation is no host",
        "tests/ingest/web/test_addresses.py::test_a_hostile_address_is_refused_before_anything_is_connected_to"
        "[http://0x7f.1/]",
        "ingest/web/addresses.py", "    if _NUMERIC_LABEL.fullmatch(last):", "    if False:",
    ),
    Guard(
        27, "no tunnel carries an inner address",
        "tests/ingest/web/test_addresses.py::test_what_is_no_public_address_is_none[2002:7f00:1::]",
        "ingest/web/addresses.py",
        "        if found not in _UNICAST or any(found in each for each in _SPECIAL_V6):", "        if False:",
    ),
    Guard(
        27, "a site that closes a page is heard",
        "tests/ingest/web/test_fetch.py::test_robots_are_respected_on_each_site",
        "ingest/web/fetch.py", "    if not may_fetch(", "    if False and not may_fetch(",
    ),
    Guard(
        27, "no more is read than is kept",
        "tests/ingest/web/test_fetch.py::test_a_page_that_is_too_large_is_not_read_to_its_end[True]",
        "ingest/web/fetch.py", "        if len(content) > most:", "        if False:",
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
        LIBRARY,
        "            self.ledger.purge(wait)\n            self._rebuild(wait)\n",
        "            self.ledger.purge(wait)\n",
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
        21, "whatever is imported first turns the reports off",
        "tests/test_no_reports.py::test_whatever_is_imported_first_turns_reports_off[rag]",
        "rag/__init__.py", "no_reports.turn_off()\n", "",
    ),
    Guard(
        21, "what onnxruntime wrote of this machine is found and removed",
        "tests/test_no_reports.py::test_what_onnxruntime_left_is_found_and_removed_and_nothing_beside_it",
        "rag/no_reports.py", "            path.unlink()\n", "            pass\n",
    ),
)  # fmt: skip
