"""Generate the tables of the docs from docstrings, titles and benchmark results: ``make docs``.

A generated part stands between two marks, or is a whole page. ``tests/test_docs.py`` fails where one is out of date.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))  # also when run as a script

from benchmarks.results import Result, Row, caption, markdown_table, read_result  # noqa: E402
from benchmarks.robustness.known_guards import GUARDS  # noqa: E402
from benchmarks.robustness.promises import PROMISES  # noqa: E402

PACKAGES = ("rag", "ingest", "ui")
LANGUAGES, SCHEMA = Path("rag/text/languages"), "schema"  # a language is added by its folder alone, without `make docs`
BEGIN, END = "<!-- generated: make docs -->", "<!-- end -->"
_RESULT = re.compile(r"<!-- generated: results/([\w-]+)\.json( transposed| in words)? -->.*?<!-- end -->", re.DOTALL)


def summary(path: Path) -> str:
    """Return the first sentence of a module's docstring on one line; "" where it has none."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    first = " ".join(docstring.split("\n\n")[0].split())
    return re.split(r"(?<=[.!?])\s+(?=[A-Z`])", first)[0].replace("|", r"\|").replace("``", "`")


def modules(root: Path) -> Iterator[Path]:
    """Yield every module of the three packages, folder by folder, a folder's own docstring first.

    The modules of a single language are left out.
    """
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py"), key=lambda path: (path.parent, path.name)):
            if path.parent.parent != root / LANGUAGES or path.parent.name == SCHEMA:
                yield path


def folder_table(root: Path) -> str:
    """Return one row for each package: its path and the first sentence of its docstring."""
    rows = [path for path in modules(root) if path.name == "__init__.py"]
    lines = [f"| `{path.parent.relative_to(root).as_posix()}/` | {summary(path)} |" for path in rows]
    return "\n".join(["| folder | what it holds |", "|---|---|", *lines])


def module_page(root: Path) -> str:
    """Return the page docs/modules.md: each module with the first sentence of its docstring."""
    parts = ["# Modules\n\nGenerated from docstrings by `make docs`: change the docstring, not this page."]
    folder = None
    for path in modules(root):
        if path.parent != folder:
            folder = path.parent
            parts.append(f"\n## `{folder.relative_to(root).as_posix()}/`\n\n{summary(folder / '__init__.py')}\n")
        if path.name != "__init__.py":
            parts.append(f"- `{path.name}`: {summary(path)}")
    return "\n".join(parts) + "\n"


def decision_table(root: Path) -> str:
    """Return one row for each decision record: its number and its title, linked."""
    lines = []
    for path in sorted((root / "docs" / "adr").glob("[0-9]*.md")):
        number, title = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").split(". ", 1)
        lines.append(f"| {number} | [{title}]({path.name}) |")
    return "\n".join(["| no. | decision |", "|---|---|", *lines])


def promise_tables() -> str:
    """Return a table of the promises for each group: what is promised, what is not, and the tests that hold it."""
    lines: list[str] = []
    for group in dict.fromkeys(promise.group for promise in PROMISES):
        lines += [f"\n### {group}\n", "| no. | promise | held by |", "|---|---|---|"]
        for promise in (each for each in PROMISES if each.group == group):
            tests = dict.fromkeys(guard.name for guard in GUARDS if guard.promise == promise.number)
            text = f"{promise.text} *Not held:* {promise.short}" if promise.short else promise.text
            lines.append(f"| {promise.number} | {text} | {'<br>'.join(f'`{test}`' for test in tests)} |")
    return "\n".join(lines).strip()


def between_marks(page: str, table: str) -> str:
    """Return the page with the text between its two marks replaced by the table; raise ValueError without the marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page lacks {BEGIN} or {END}")
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{after}"


def with_results(page: str, results: Path) -> str:
    """Return the page with each result's text between its marks replaced by what its file holds.

    Raise FileNotFoundError for a mark without a file.
    """

    def shown(match: re.Match[str]) -> str:
        name, form = match[1], (match[2] or "").strip()
        result = read_result(results / f"{name}.json")
        text = (
            IN_WORDS[match[1]](result) if form == "in words" else result_table(result, transposed=form == "transposed")
        )
        mark = match[0].partition("\n")[0]
        return f"{mark}\n\n{text}\n\n{END}"

    return _RESULT.sub(shown, page)


def result_table(result: Result, *, transposed: bool = False) -> str:
    """Return the table of a result, its note, and how it was measured."""
    below = f"{result.note} {caption(result)}".strip()
    return f"{markdown_table(result, transposed=transposed)}\n\n{below}"


def sample_in_words(result: Result) -> str:
    """Return the README's sentences on the sample library."""
    rows = [row for row in result.rows if row["kind"] == "answerable"]
    asked, first, valid = (_all(rows, column) for column in ("questions", "document in first 3", "valid citations"))
    quoted = ", ".join(f"{float(row['answer in quotes'] or 0):.0%} ({row['language']})" for row in rows)
    none = [row for row in result.rows if row["kind"] == "unanswerable"]
    refused, unanswerable = _all(none, "refused"), _all(none, "questions")
    return (
        f"On the sample library (28 documents of 14 kinds, {sum(asked):.0f} questions asked in the language of a\n"
        f"document), a right document is among the first three passages for {at_least(min(first))} of the questions\n"
        f"in each language. The answer is in the quotes for {quoted}. Of the\n"
        f"citations, {min(valid):.0%} are in their document byte for byte. Of {sum(unanswerable):.0f} questions\n"
        f"that no document answers, {sum(refused):.0f} are refused."
    )


def at_least(share: float) -> str:
    """Return a share as a lower bound in whole percents; of all there is no more than all."""
    return "100%" if share >= 1 else f"at least {int(100 * share + 1e-9)}%"


def _all(rows: Sequence[Row], column: str) -> list[float]:
    return [float(row[column] or 0) for row in rows]


def prose_in_words(result: Result) -> str:
    """Return the README's sentence on the prose of Gemma 3 270M."""
    (row,) = (row for row in result.rows if row["model"] == "gemma-3-270m")
    shares = ", ".join(f"{float(row[code] or 0):.3f} in {name}" for code, name in SPOKEN.items())
    return (
        f"Measured for Gemma 3 270M: the share of gold answers in its supported prose is {shares},\n"
        "of 40 questions each ([how](benchmarks/quality/README.md#prose))."
    )


SPOKEN = {"en": "English", "es": "Spanish", "ru": "Russian"}
IN_WORDS = {"sample": sample_in_words, "prose_models": prose_in_words}


def pages(root: Path = REPOSITORY) -> Mapping[Path, str]:
    """Return every page with generated parts, as it should read today."""
    contributing, decisions = root / "CONTRIBUTING.md", root / "docs" / "adr" / "README.md"
    security = root / "SECURITY.md"
    measured = {
        page: with_results(page.read_text(encoding="utf-8"), root / "benchmarks" / "results")
        for page in (root / "README.md", *sorted((root / "benchmarks").rglob("README.md")))
    }
    return measured | {
        contributing: between_marks(contributing.read_text(encoding="utf-8"), folder_table(root)),
        security: between_marks(security.read_text(encoding="utf-8"), promise_tables()),
        decisions: between_marks(decisions.read_text(encoding="utf-8"), decision_table(root)),
        root / "docs" / "modules.md": module_page(root),
    }


if __name__ == "__main__":
    for page, text in pages().items():
        page.write_text(text, encoding="utf-8")
