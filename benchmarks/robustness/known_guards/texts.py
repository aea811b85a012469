"""Text stays text, for a browser and for a model."""

from __future__ import annotations

from benchmarks.robustness.known_guards.guard import Guard

GUARDS = (
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
        20, "a model server is sent no control token",
        "tests/model/remote/test_client.py::test_text_cannot_become_a_control_token",
        "rag/model/remote/client.py", '"content": inert(turn.text)}', '"content": turn.text}',
    ),
    Guard(
        20, "a model server that fills gaps is sent none either",
        "tests/model/remote/test_client.py::test_llama_server_fills_gaps_at_a_path_of_its_own",
        "rag/model/remote/client.py", '"input_prefix": inert(before)', '"input_prefix": before',
    ),
    Guard(
        20, "a control token that breaking up leaves behind is broken up too",
        "tests/model/remote/test_inert.py::test_no_marker_survives",
        "rag/model/remote/inert.py", "    while cuts := [", "    if cuts := [",
    ),
    Guard(
        20, "letters that nobody sees are left out of a document",
        "tests/ingest/readers/test_hostile.py::test_no_reader_lets_words_pass_that_nobody_sees[.txt]",
        "ingest/readers/shared/build.py",
        "text if text.isascii() else without_hidden(text)", "text",
    ),
    Guard(
        20, "letters that nobody sees are left out of a question",
        "tests/text/test_spellings.py::test_what_a_question_is_stored_as",
        "rag/text/spellings.py",
        'visible(_CONTROLS.sub(" ", _LONE.sub("\\ufffd", joined)))',
        '_CONTROLS.sub(" ", _LONE.sub("\\ufffd", joined))',
    ),
    Guard(
        20, "one selector chooses the form of a letter, and no row of them",
        "tests/text/test_invisible.py::test_what_hides_goes_and_is_counted[halves of bytes on an emoji]",
        "rag/text/invisible.py",
        r"\u1000-\u109f\u2200-\u22ff\ua840-\ua87f])[\ufe00-\ufe0f]",
        r"\u1000-\u109f\u2200-\u22ff\ua840-\ua87f\ufe00-\ufe0f])[\ufe00-\ufe0f]",
    ),
)  # fmt: skip
