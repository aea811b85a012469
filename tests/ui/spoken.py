"""Every sentence and reason that the core can say, read off its source: what tests hold the page's translations to.

A gap of an f-string becomes ``‹…›``; a name that stands for fixed words, in its module or in another's capitals, is
followed to them. What is put together in ways that this does not follow is simply a gap.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import ui

ROOT = Path(ui.__file__).resolve().parents[1]
COMMAND_LINE = {  # what no page calls: their sentences are read in a terminal, by who reads English commands
    "rag/evaluation/questions.py": "oaken eval",
    "rag/evaluation/report.py": "oaken eval",
    "rag/evaluation/synthetic_questions.py": "oaken eval",
    "rag/embedding/add.py": "oaken embedder add, oaken embedder remove",
    "rag/embedding/hub.py": "oaken embedder add",
    "rag/library/maintenance/backup.py": "oaken backup, oaken restore",
    "rag/library/maintenance/reembed.py": "oaken reembed",
    "rag/library/maintenance/salvage.py": "oaken doctor --repair",
    "rag/model/complete.py": "oaken complete",
    "ingest/watch.py": "oaken ingest --watch",
}
ERRORS = frozenset(
    "OakenError UsageError LibraryError LibraryNotFoundError LibraryBusyError EmbedderMismatchError "
    "ModelError ModelNotFoundError ModelBrokenError ModelBusyError".split()
)
# What makes a reason: where it stands among the arguments, and the words around it where it is part of a sentence.
_REASONS = {
    "UnreadableError": (1, "{}"),
    "Parsed": (2, "{}"),
    "WorkerFailedError": (0, "{}"),
    "PageImageError": (0, "{}"),
    "_failed": (0, "{}"),
    "send_heartbeat": (0, "{}"),
    "check_package": (1, "it is an older office file, not {}"),
}
_SENTENCES = {
    "DamagedFileError": (0, "‹file› {}."),
    "_irregular": (0, "The model's own chat template cannot be used: {}."),
    "malformed_error": (0, "The server does not speak OpenAI's protocol: {}."),
}
# Functions that say reasons, or parts of them, with what they give back or gather.
_SAYING = frozenset(
    "kinship _copy_of _death missing_program note _read_scans damage differ document_fault _tests _tree "
    "unfinished_notice _files _space _home holder".split()
)
_KEYS = frozenset(("reason", "remark"))
_DEEPEST = 4  # names behind names


@cache
def templates() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Sentences (messages, hints, notes), reasons, and details of the doctor's: each with the place that says it."""
    found: tuple[dict[str, str], ...] = ({}, {}, {})
    constants = _constants()
    for path in _files():
        _Reader(path, constants, found).visit(ast.parse(path.read_text(encoding="utf-8")))
    return found[0], found[1], found[2]


def _files() -> Iterator[Path]:
    for room in ("rag", "ingest"):
        for path in sorted((ROOT / room).rglob("*.py")):
            if path.relative_to(ROOT).as_posix() not in COMMAND_LINE:
                yield path
    yield from (ROOT / "ui" / name for name in PAGE)


PAGE = tuple(
    f"{name}.py"
    for name in (
        "web/generation "
        "web/pending_questions "
        "web/background_tasks "
        "shared/doctor "
        "web/library/add_files "
        "web/library/picker "
        "shared/model_catalog "
        "web/session "
        "web/source/original_file "
        "web/library/ingest_jobs"
    ).split()
)


def _constants() -> dict[str, list[ast.expr]]:
    """Names in capitals of all modules that stand for words."""
    found: dict[str, list[ast.expr]] = defaultdict(list)
    for path in _files():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                name = node.targets[0].id
                if name.isupper():
                    found[name].append(node.value)
    return found


class _Reader(ast.NodeVisitor):
    def __init__(self, path: Path, constants: dict[str, list[ast.expr]], found: tuple[dict[str, str], ...]) -> None:
        self._place = path.relative_to(ROOT).as_posix()
        self._names: list[dict[str, list[ast.expr]]] = [constants]
        self._sentences, self._reasons, self._details = found
        self._saying = False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        names: dict[str, list[ast.expr]] = defaultdict(list)
        for each in ast.walk(node):
            if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name):
                names[each.targets[0].id].append(each.value)
        self._names.append(names)
        before, self._saying = self._saying, node.name in _SAYING
        if self._saying:
            for each in _strings(node):
                self._keep(self._details if self._place.endswith(("health.py", "doctor.py")) else self._reasons, each)
        self.generic_visit(node)
        self._saying = before
        self._names.pop()

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in ERRORS:
            for words in node.args[:2]:
                self._keep(self._sentences, words)
        elif name in _REASONS:
            at, around = _REASONS[name]
            if len(node.args) > at:
                self._keep(self._reasons, node.args[at], around)
        elif name in _SENTENCES:
            at, around = _SENTENCES[name]
            self._keep(self._sentences, node.args[at], around)
        elif name == "page_ranges" and len(node.args) > 2:
            self._keep(self._reasons, node.args[1], "page ‹page› {}")
            self._keep(self._reasons, node.args[2], "pages ‹pages› {}")
        elif name in ("HealthCheck", "_check") and len(node.args) > 2:
            self._keep(self._details, node.args[2])
        elif name == "append" and isinstance(node.func, ast.Attribute) and "remarks" in ast.unparse(node.func.value):
            self._keep(self._reasons, node.args[0])
        for keyword in node.keywords:
            if keyword.arg in _KEYS:
                self._keep(self._reasons, keyword.value)
            elif keyword.arg == "note" and not self._place.startswith("rag/model"):
                self._keep(self._sentences, keyword.value)
        self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value in _KEYS:
                self._keep(self._reasons, value)
        self.generic_visit(node)

    def _keep(self, into: dict[str, str], words: ast.expr, around: str = "{}") -> None:
        for each in self._texts(words):
            if any(map(str.isalpha, without_gaps(each))):
                into.setdefault(around.format(each), f"{self._place}:{words.lineno}")

    def _texts(self, words: ast.expr, deep: int = 0) -> list[str]:
        """All that an expression may say."""
        if isinstance(words, ast.Constant):
            return [words.value] if isinstance(words.value, str) else [f"‹{words.value}›"]
        if isinstance(words, ast.JoinedStr):
            parts = [
                [str(part.value)] if isinstance(part, ast.Constant) else self._gap(part, deep) for part in words.values
            ]
            return ["".join(each) for each in itertools.product(*parts)]
        if isinstance(words, ast.IfExp):
            return [*self._texts(words.body, deep), *self._texts(words.orelse, deep)]
        if isinstance(words, ast.BoolOp):
            return [each for value in words.values for each in self._texts(value, deep)]
        if isinstance(words, ast.Name) and deep < _DEEPEST:
            for names in reversed(self._names):
                if words.id in names:
                    said = [each for value in names[words.id] for each in self._texts(value, deep + 1)]
                    # A gap behind a name is one for the name's value: what it is put together of does not show.
                    return list(
                        dict.fromkeys(
                            each if any(map(str.isalpha, without_gaps(each))) or not each else f"‹{words.id}›"
                            for each in said
                        )
                    )
        return [f"‹{ast.unparse(words)}›"]

    def _gap(self, part: ast.expr, deep: int) -> list[str]:
        assert isinstance(part, ast.FormattedValue)
        if isinstance(part.value, ast.Name):
            return self._texts(part.value, deep + 1)
        return [f"‹{ast.unparse(part.value)}›"]


def without_gaps(text: str) -> str:
    """What stands around the gaps."""
    return re.sub("‹[^›]*›", "", text)


def _strings(function: ast.FunctionDef) -> Iterator[ast.expr]:
    """Words of two or more in a function, but for its docstring, and not those within an f-string."""
    inner = {id(part) for each in ast.walk(function) if isinstance(each, ast.JoinedStr) for part in ast.walk(each)}
    first = function.body[0]
    for each in ast.walk(function):
        if isinstance(each, ast.JoinedStr) or (isinstance(each, ast.Constant) and id(each) not in inner):
            if isinstance(first, ast.Expr) and first.value is each:
                continue
            if not isinstance(each, ast.Constant) or (isinstance(each.value, str) and " " in each.value.strip()):
                yield each
