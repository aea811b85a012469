"""Who comes in, and who can read what is kept."""

from __future__ import annotations

from benchmarks.robustness.known_guards.guard import Guard

GUARDS = (
    Guard(
        17, "each route asks for the token",
        "tests/ui/api/test_app.py::test_no_other_route_answers_without_the_token[GET-/v1/models]",
        "ui/api/guards.py", "        return kind.lower() == b\"bearer\" and", "        return True or",
    ),
    Guard(
        17, "the API knows its own names only",
        "tests/ui/api/test_app.py::test_no_route_answers_another_host_or_page[headers0-GET-/v1/models]",
        "ui/api/app.py",
        "    return HttpGuard(guarded, hosts,", "    return guarded or HttpGuard(guarded, hosts,",
    ),
    Guard(
        17, "a form of another page is no request",
        "tests/ui/api/test_app.py::test_what_a_page_may_send_without_asking_is_refused",
        "ui/api/guards.py",
        '        if headers.get(b"content-type", "").partition(";")[0].strip().lower() != wanted:',
        "        if False:",
    ),
    Guard(
        17, "a link to a source is signed",
        "tests/ui/api/test_guards.py::test_a_signature_is_of_one_path_one_query_and_one_token",
        "ui/api/guards.py", "        return once and given.isascii() and", "        return True or",
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
        18, "the address that `oaken ui` opens lets in by its token alone",
        "tests/ui/web/server/test_login.py::test_any_other_token_lets_nobody_in[True-token=]",
        "ui/web/server/launch.py", "return bool(token) and hmac.compare_digest(", "return True or hmac.compare_digest(",
    ),
    Guard(
        18, "without a session no socket is opened",
        "tests/ui/web/server/test_login.py::test_a_socket_without_a_session_is_refused[oaken=guess]",
        "ui/web/server/login.py",
        "        if session is None:\n            await receive()", "        if False:\n            await receive()",
    ),
    Guard(
        18, "after the password one is sent to a page of ours",
        "tests/ui/web/server/test_login.py::test_one_is_sent_on_to_a_page_of_ours_only[//evil.example]",
        "ui/web/server/login.py", "return place if _PLACE.fullmatch(place) and", "return place if",
    ),
    Guard(
        18, "each start has a token of its own",
        "tests/ui/web/server/test_launcher.py::test_each_start_has_a_token_of_its_own",
        "ui/web/server/launch.py", "    return secrets.token_urlsafe(32)", '    return "x" * 43',
    ),
    Guard(
        18, "the browser is told the token by a file of its owner's only",
        "tests/ui/web/server/test_launch.py::test_the_browser_is_told_of_a_file_that_only_its_owner_can_read",
        "ui/web/server/launch.py", 'os.O_WRONLY, 0o600), "w"', 'os.O_WRONLY, 0o644), "w"',
    ),
    Guard(
        18, "the file with the token does not stay",
        "tests/ui/web/server/test_launch.py::test_the_file_goes_where_the_server_fails_too",
        "ui/web/server/launch.py", "            path.unlink()\n", "            pass\n",
    ),
    Guard(
        18, "nobody else listens where the page has its second address",
        "tests/ui/web/server/test_launcher.py::test_nobody_else_gets_the_page_s_second_address[]",
        "ui/web/server/launcher.py", '        held.bind(("::1", serving.port))', "        pass",
    ),
    Guard(
        18, "wrong passwords cost time",
        "tests/ui/web/server/test_login.py::test_after_some_wrong_passwords_one_has_to_wait_ever_longer",
        "ui/web/server/sessions.py", "        if wait > 0:\n            return wait\n", "",
    ),
    Guard(
        18, "only a proxy that was named says for whom it asks",
        "tests/ui/web/server/test_login.py::test_who_has_no_proxy_named_cannot_invent_addresses",
        "ui/shared/proxy.py", "    if not is_among(peer, networks):", "    if False:",
    ),
    Guard(
        18, "of what a proxy says its own word counts, not the client's",
        "tests/ui/shared/test_proxy.py::test_the_client_of_a_request[named4-192.0.2.1-forwarded4-203.0.113.5]",
        "ui/shared/proxy.py", 'in reversed(",".join(lines).split(",")):', 'in ",".join(lines).split(","):',
    ),
    Guard(
        18, "other machines add files from named folders only",
        "tests/ui/web/library/test_allowed_paths.py"
        "::test_what_lies_outside_is_refused_in_the_same_words_whether_it_is_there_or_not",
        "ui/web/library/allowed_paths.py",
        "            if any(path.is_relative_to(each) for each in folders):", "            if True:",
    ),
    Guard(
        24, "a small file is its owner's only",
        "tests/test_storage.py::test_a_file_is_private_and_holds_all_of_it",
        "rag/storage.py",
        "            os.fsync(file.fileno())\n        if new:",
        "            os.chmod(name, 0o644)\n            os.fsync(file.fileno())\n        if new:",
    ),
    Guard(
        24, "a home that an earlier version left readable becomes private",
        "tests/test_storage.py::test_a_home_of_an_earlier_version_becomes_private[False]",
        "ui/cli/main.py", "    make_home_private(home_folder())\n", "    pass\n",
    ),
    Guard(
        24, "a dead process's temporary copies are removed",
        "tests/test_scratch.py::test_a_dead_process_s_folder_goes_and_a_living_one_s_stays",
        "rag/scratch.py", "        sweep(prefix)\n", "",
    ),
    Guard(
        24, "a living process keeps its temporary folder",
        "tests/test_scratch.py::test_a_dead_process_s_folder_goes_and_a_living_one_s_stays",
        "rag/scratch.py", "        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)\n", "        pass\n",
    ),
    Guard(
        24, "another account's temporary folder is left alone",
        "tests/test_scratch.py::test_what_may_be_somebody_s_is_left",
        "rag/scratch.py",
        "            if not folder.is_symlink() and ours and", "            if not folder.is_symlink() and",
    ),
    Guard(
        24, "a socket on which a process listens is left alone",
        "tests/test_scratch.py::test_sockets_on_which_nobody_listens_go",
        "rag/scratch.py", " and _is_settled(status) and _is_dead(place):", " and _is_settled(status):",
    ),
)  # fmt: skip
