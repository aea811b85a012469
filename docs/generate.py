"""Generate the tables of folders, modules and decisions from docstrings and titles: ``make docs``.

A generated part stands between two marks, or is a whole page. ``tests/test_docs.py`` fails where one is out of date.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGES = ("rag", "ingest", "ui")
LANGUAGES, SCHEMA = Path("rag/text/languages"), "schema"  # a language is added by its folder alone, without `make docs`
BEGIN, END = "<!-- generated: make docs -->", "<!-- end -->"


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


def between_marks(page: str, table: str) -> str:
    """Return the page with the text between its two marks replaced by the table; raise ValueError without the marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page lacks {BEGIN} or {END}")
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{after}"


def pages(root: Path = REPOSITORY) -> Mapping[Path, str]:
    """Return every page with generated parts, as it should read today."""
    contributing, decisions = root / "CONTRIBUTING.md", root / "docs" / "adr" / "README.md"
    return {
        contributing: between_marks(contributing.read_text(encoding="utf-8"), folder_table(root)),
        decisions: between_marks(decisions.read_text(encoding="utf-8"), decision_table(root)),
        root / "docs" / "modules.md": module_page(root),
    }


if __name__ == "__main__":
    for page, text in pages().items():
        page.write_text(text, encoding="utf-8")
