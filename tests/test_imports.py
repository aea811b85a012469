"""Imports point one way, and what is heavy is imported where it is used."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
ROOMS = {  # a module's room -> the rooms it may know beside the kernel and itself
    "rag.text": set(),
    "rag.priority": set(),
    "rag.embedding": {"rag.priority", "rag.text"},
    "rag.library": {
        "rag.library.db",
        "rag.library.index",
        "rag.library.maintenance",
    },  # its files, locks, state lie lowest
    "rag.library.db": {"rag.library"},
    "rag.library.index": {"rag.library", "rag.library.db", "rag.text"},
    "rag.library.maintenance": {"rag.library", "rag.library.db"},
    "rag.model": set(),
    "rag.model.files": {"rag.model.local"},  # until a model's family is chosen in rag/model/prompting
    "rag.model.prompting": set(),
    "rag.model.worker": {"rag.model.prompting", "rag.priority"},
    "rag.model.local": {"rag.model.files", "rag.model.prompting", "rag.model.worker"},
    "rag.model.remote": {"rag.model.prompting"},
    "rag.factory": {
        "rag.embedding",
        "rag.library",
        "rag.library.db",
        "rag.model.files",
        "rag.model.local",
        "rag.model.remote",
    },
    "rag.retrieval": {"rag.library", "rag.priority", "rag.text"},
    "rag.grounding": {"rag.retrieval", "rag.text"},
    "rag.conversation": {"rag.library", "rag.library.db", "rag.retrieval", "rag.text"},
    "rag.conversation.chats": {"rag.grounding", "rag.library", "rag.library.db", "rag.text"},
    "rag.answer": {
        "rag.conversation",
        "rag.factory",
        "rag.grounding",
        "rag.library",
        "rag.retrieval",
        "rag.text",
    },
    "rag.evaluation": {"rag.answer", "rag.library", "rag.text"},
    "rag": {"rag.answer", "rag.library"},
    "ingest.readers": {"rag.text"},
    "ingest.worker": {"ingest.readers"},
    "ingest": {"ingest.readers", "rag", "rag.library", "rag.library.maintenance", "rag.text"},
    "ui": set(),
    "ui.shared": {
        "ingest",
        "rag.answer",
        "rag.conversation",
        "rag.conversation.chats",
        "rag.embedding",
        "rag.factory",
        "rag.grounding",
        "rag.library",
        "rag.library.maintenance",
        "rag.model.files",
        "rag.model.local",
        "rag.model.prompting",
        "rag.model.remote",
        "rag.text",
    },
    "ui.api": {
        "rag.answer",
        "rag.factory",
        "rag.grounding",
        "rag.model",
        "rag.model.prompting",
        "rag.text",
        "ui.shared",
    },
    "ui.cli": {
        "ingest",
        "rag.answer",
        "rag.embedding",
        "rag.evaluation",
        "rag.factory",
        "rag.grounding",
        "rag.library",
        "rag.library.maintenance",
        "rag.model",
        "rag.model.files",
        "rag.model.local",
        "rag.model.prompting",
        "rag.retrieval",
        "rag.text",
        "ui.api",  # the command starts both servers
        "ui.shared",
        "ui.web.server",
    },
    "ui.web.server": {"ui.shared"},
    "ui.web": {
        "ingest",
        "rag.answer",
        "rag.conversation",
        "rag.conversation.chats",
        "rag.embedding",
        "rag.factory",
        "rag.grounding",
        "rag.library",
        "rag.library.maintenance",
        "rag.model.files",
        "rag.model.prompting",
        "rag.retrieval",
        "rag.text",
        "ui.shared",
        "ui.web.server",
    },
}
KERNEL = {"rag.types", "rag.errors", "rag.interfaces", "rag.settings"}
KERNEL_IN_TYPES = {"rag.answer"}  # Answer._repr_html_ asks the room that shows answers, when it is shown
HEAVY = {"chromadb", "torch", "llama_cpp", "unstructured", "streamlit", "sentence_transformers", "onnx", "onnxruntime"}


def modules() -> list[Path]:
    return sorted(path for room in ("rag", "ingest", "ui") for path in (REPOSITORY / room).rglob("*.py"))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__")


def imports(node: ast.AST, *, lazy: bool = True) -> Iterator[str]:
    """Full names of modules imported in ``node``; without ``lazy`` only those that importing it imports."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "absolute imports only"
            for alias in child.names:
                whole = f"{child.module}.{alias.name}"
                path = REPOSITORY.joinpath(*whole.split("."))
                yield whole if path.is_dir() or path.with_suffix(".py").exists() else str(child.module)
        elif lazy or not (isinstance(child, ast.FunctionDef) or _for_types_only(child)):
            yield from imports(child, lazy=lazy)


def _for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def room_of(module: str) -> str:
    if module in KERNEL:
        return "kernel"
    return next((room for room in sorted(ROOMS, key=len, reverse=True) if f"{module}.".startswith(f"{room}.")), "")


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_module_knows_only_the_rooms_below_it(path: Path) -> None:
    room = room_of(name_of(path))
    assert room
    allowed = KERNEL_IN_TYPES if room == "kernel" else ROOMS[room] | {room}
    for imported in imports(ast.parse(path.read_text())):
        other = room_of(imported)
        assert other in {"", "kernel"} | allowed, f"{name_of(path)} ({room}) imports {imported} ({other})"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_heavy_libraries_are_imported_inside_functions(path: Path) -> None:
    name = name_of(path)
    streamlit_page = "streamlit" in {top(each) for each in imports(ast.parse(path.read_text()), lazy=False)}
    heavy = {top(each) for each in imports(ast.parse(path.read_text()), lazy=False)} & HEAVY
    if name.startswith("ui.") and streamlit_page:
        heavy -= {"streamlit"}  # a page of the browser app; the next test holds that the command imports none
    assert not heavy


def top(module: str) -> str:
    return module.partition(".")[0]


@pytest.mark.parametrize("name", sorted(KERNEL))
def test_the_kernel_needs_the_standard_library_only(name: str) -> None:
    tree = ast.parse((REPOSITORY / Path(*name.split("."))).with_suffix(".py").read_text())
    ours = {"rag.errors", "rag.types"}
    others = {top(each) for each in imports(tree, lazy=False) if each not in ours} - set(sys.stdlib_module_names)
    assert others <= ({"numpy"} if name == "rag.interfaces" else set())
    lazy = {top(each) for each in imports(tree) if top(each) != "rag"} - set(sys.stdlib_module_names)
    assert lazy - others <= {"platformdirs"}


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert not {path.stem for path in modules()} & {"utils", "helpers", "common", "manager", "misc", "base"}


def test_no_file_of_the_ways_in_hides_a_module_of_another_package() -> None:
    """``streamlit run ui/web/app.py`` puts ui/web/ first on the path."""
    taken = sys.stdlib_module_names | {"rag", "ingest", "ui", "tests"}
    assert not {path.stem for path in (REPOSITORY / "ui" / "web").iterdir() if path.suffix in ("", ".py")} & (
        taken - {"__init__"}
    )


@pytest.mark.parametrize("package", ["rag", "rag.types", "rag.settings", "ui.cli.main"])
def test_importing_the_public_names_costs_nothing_heavy(package: str) -> None:
    heavy = HEAVY | {"numpy", "sqlalchemy", "tantivy", "pandas", "tokenizers"}
    code = f"import sys, {package}; print(sorted({heavy!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
