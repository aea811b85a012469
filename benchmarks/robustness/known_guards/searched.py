"""Several at once, and search is right."""

from __future__ import annotations

from benchmarks.robustness.known_guards.guard import LEDGER, LIBRARY, PIECEMEAL, WHOLE, Guard

_CONNECTIONS, _CONNECTIONS_TEST = "ui/shared/connections.py", "tests/ui/shared/test_connections.py"

GUARDS = (
    Guard(
        8, "the lock holds among processes",
        "tests/library/test_processes.py::test_a_second_writer_is_named_the_first_and_since_when",
        "rag/library/locks.py",
        "            if file.acquire(blocking=left > 0, timeout=left or None, delay=0.005, max_delay=0.1):\n"
        "                held.callback(file.release)\n",
        "            if left >= 0:\n",
    ),
    Guard(
        8, "the lock holds among machines",
        "tests/library/db/test_session_lock.py::test_one_machine_writes_at_a_time_and_the_other_is_told_which",
        "rag/library/db/session_lock.py",
        "            self._acquire(db, wait)\n", "",
    ),
    Guard(
        8, "what another machine has is never gone",
        "tests/ingest/test_shared_library.py::test_a_copy_of_another_machines_file_is_a_copy_and_moves_nothing",
        "ingest/content_index.py",
        "    if is_elsewhere(record.root):\n        return False\n", "",
    ),
    Guard(
        9, "a document is stored in one transaction",
        "tests/library/test_processes.py::test_readers_see_whole_documents_only_while_another_process_replaces_them",
        LEDGER, WHOLE, PIECEMEAL,
    ),
    Guard(
        10, "a search brings the word index up to date first",
        "tests/library/index/test_follower.py::test_indexes_that_are_behind_catch_up_before_a_search",
        LIBRARY,
        "        self._try_to_follow_words()\n        return self.words.search(", "        return self.words.search(",
    ),
    Guard(
        10, "Chroma looks far enough",
        "tests/library/index/test_vectors.py::test_of_many_that_are_much_alike_all_but_one_or_two_are_found[chroma]",
        "rag/library/index/chroma_collection.py", '"ef_search": 200,', '"ef_search": 1,', slow=True,
    ),
    Guard(
        10, "changes on a server are numbered in the order of their commits",
        "tests/library/db/test_postgres.py::test_changes_are_numbered_in_the_order_of_their_commits",
        "rag/library/db/postgres.py",
        "        db.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(self._schema), _WRITER)))\n", "",
    ),
    Guard(
        11, "a stored document is recorded for the indexes",
        "tests/library/test_state_machine.py::TestLibrary::runTest",
        LEDGER,
        "            self._delete_unused_vectors(db, old - set(hashes))\n"
        "            return self._record_change(db, record.id)\n",
        "            return 1\n", slow=True,
    ),
    Guard(
        11, "a file that is gone is removed",
        "tests/ingest/test_state_machine.py::test_the_library_ends_as_the_folder_is",
        "ingest/run.py",
        "                if not self._keep_missing:\n                    vanished.append(record)\n",
        "                pass\n", slow=True,
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
        16, "a request's head has its time, however it dribbles",
        f"{_CONNECTIONS_TEST}::test_a_head_that_dribbles_gains_no_time", _CONNECTIONS,
        "            if self._arrival_timer is None:  # the first bytes of the next request", "            if True:",
    ),
    Guard(
        16, "a request's body comes at a least rate",
        f"{_CONNECTIONS_TEST}::test_a_body_that_dribbles_closes_the_connection[/]", _CONNECTIONS,
        "        elif not self._arrives():", "        elif False:",
    ),
    Guard(
        16, "a client that takes nothing of its answer is closed",
        f"{_CONNECTIONS_TEST}::test_a_client_that_takes_nothing_is_closed_and_a_slow_one_is_not", _CONNECTIONS,
        "        if _unread(self.transport) >= self._unread:", "        if False:",
    ),
    Guard(
        16, "a connection that asks for nothing makes room",
        f"{_CONNECTIONS_TEST}::test_idle_connections_make_room_for_requests", _CONNECTIONS,
        "            min(waiting, key=lambda each: each.precedence).drop()", "            return False",
    ),
    Guard(
        16, "an address holds its share of the connections",
        f"{_CONNECTIONS_TEST}::test_requests_in_progress_are_not_closed_for_others", _CONNECTIONS,
        "        crowded = own if len(own) >= self.limits.per_address else list(self._open)",
        "        crowded = list(self._open)",
    ),
    Guard(
        16, "all addresses together have so many connections",
        f"{_CONNECTIONS_TEST}::test_all_addresses_together_have_so_many_and_no_more", _CONNECTIONS,
        "        if crowded is own or len(crowded) >= self.limits.total:", "        if crowded is own:",
    ),
    Guard(
        16, "the addresses of one customer count as one",
        f"{_CONNECTIONS_TEST}::test_the_addresses_of_one_customer_count_as_one", _CONNECTIONS,
        "str(mapped or ipaddress.ip_network((found, 64), strict=False))", "str(mapped or found)",
    ),
    Guard(
        16, "connections leave descriptors for the rest",
        f"{_CONNECTIONS_TEST}::test_connections_stay_below_the_descriptors_of_the_process", _CONNECTIONS,
        "max(8, min(limits.total, soft // 2))", "limits.total",
    ),
    Guard(
        16, "a question has an end",
        "tests/answer/test_assistant.py::test_a_question_that_is_too_long_is_refused_before_it_is_read[search]",
        "rag/answer/options.py", "    if len(question) > MAX_QUESTION_CHARS:", "    if False:",
    ),
    Guard(
        16, "a question has an end",
        "tests/ui/api/test_service.py::test_a_question_that_is_too_long_is_refused_with_the_same_sentence[False]",
        "rag/answer/options.py", "    if len(question) > MAX_QUESTION_CHARS:", "    if False:",
    ),
    Guard(
        16, "an earlier question has an end too",
        "tests/answer/test_assistant.py::test_an_earlier_question_that_is_too_long_is_cut",
        "rag/answer/options.py",
        'turn.text[:MAX_QUESTION_CHARS] if turn.role == "user" else turn.text', "turn.text",
    ),
)  # fmt: skip
