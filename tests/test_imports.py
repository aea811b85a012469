"""Imports point one way, and what is heavy is imported where it is used."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

REPOSITORY = Path(__file__).resolve().parents[1]
ROOMS = {  # a module's room -> the rooms it may know beside the kernel and itself
    "rag.text": set(),
    "rag.priority": set(),
    "rag.embedding": {"rag.priority", "rag.text"},
    "rag.library": {"rag.library.db", "rag.library.index"},  # its files, locks, state lie lowest
    "rag.library.db": {"rag.library"},
    "rag.library.index": {"rag.library", "rag.library.db", "rag.text"},
    "rag.library.maintenance": {"rag.library", "rag.library.db"},
    "rag.model": set(),
    "rag.model.files": {"rag.model.prompting"},
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
    "rag.quote_blocks": {"rag.grounding", "rag.text"},
    "rag.conversation": {"rag.library", "rag.library.db", "rag.retrieval", "rag.text"},
    "rag.conversation.chats": {
        "rag.grounding",
        "rag.library",
        "rag.library.db",
        "rag.quote_blocks",
        "rag.retrieval",
        "rag.text",
    },
    "rag.answer": {
        "rag.conversation",
        "rag.conversation.chats",
        "rag.factory",
        "rag.grounding",
        "rag.library",
        "rag.quote_blocks",
        "rag.retrieval",
        "rag.text",
    },
    "rag.evaluation": {"rag.answer", "rag.library", "rag.text"},
    "rag": {"rag.answer", "rag.library"},
    "oaken": {
        "rag",
        "rag.retrieval",
        "ui.cli",
        "ui.python",
        "ui.shared",
    },  # the command too
    "ingest.readers": {"rag.text"},
    "ingest.worker": {"ingest", "ingest.readers", "rag.embedding"},
    "ingest.web": {"ingest.readers", "rag.library"},  # neither the pipeline nor a reader fetches
    "ingest": {"ingest.readers", "rag", "rag.library", "rag.library.maintenance", "rag.text"},
    "ui": set(),
    "ui.shared": {
        "ingest",
        "ingest.web",
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
        "rag.quote_blocks",
        "rag.retrieval",
        "rag.text",
    },
    "ui.api": {
        "ingest",
        "rag.answer",
        "rag.conversation",
        "rag.conversation.chats",
        "rag.factory",
        "rag.grounding",
        "rag.library",
        "rag.model",
        "rag.model.prompting",
        "rag.quote_blocks",
        "rag.retrieval",
        "rag.text",
        "ui.shared",
    },
    "ui.cli": {
        "ingest",
        "rag.answer",
        "rag.conversation.chats",
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
        "rag.quote_blocks",
        "rag.retrieval",
        "rag.text",
        "ui.api",  # the command starts both servers
        "ui.shared",
        "ui.web.server",
    },
    "ui.container": {"rag.factory"},
    "ui.locale": {"ui.shared"},
    "ui.python": {
        "ingest",
        "rag.answer",
        "rag.conversation",
        "rag.conversation.chats",
        "rag.evaluation",
        "rag.factory",
        "rag.library",
        "rag.quote_blocks",
        "rag.retrieval",
        "ui.shared",
    },
    "ui.web.server": {"ui.shared"},
    "ui.web": {
        "ingest",
        "ingest.web",
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
        "rag.quote_blocks",
        "rag.retrieval",
        "rag.text",
        "ui.shared",
        "ui.web.server",
    },
}
_KERNEL_NAMES = "child_process citations errors interfaces messages no_reports scratch serialize settings storage types"
KERNEL = {f"rag.{name}" for name in _KERNEL_NAMES.split()}
MOST_MODULES = 20  # in a folder
HEAVY = {"chromadb", "torch", "llama_cpp", "unstructured", "streamlit", "sentence_transformers", "onnx", "onnxruntime"}


def modules(root: Path = REPOSITORY) -> list[Path]:
    inside = (path for room in ("rag", "ingest", "ui") for path in (root / room).rglob("*.py"))
    return sorted([*inside, *(path for path in [root / "oaken.py"] if path.exists())])


def name_of(path: Path, root: Path = REPOSITORY) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def imports(node: ast.AST, *, lazy: bool = True, root: Path = REPOSITORY) -> Iterator[str]:
    """Full names of modules imported in ``node``; without ``lazy`` only those that importing it imports."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "absolute imports only"
            for alias in child.names:
                whole = f"{child.module}.{alias.name}"
                path = root.joinpath(*whole.split("."))
                yield whole if path.is_dir() or path.with_suffix(".py").exists() else str(child.module)
        elif lazy or not (isinstance(child, ast.FunctionDef) or _for_types_only(child)):
            yield from imports(child, lazy=lazy, root=root)


def _for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def graph(root: Path = REPOSITORY) -> dict[str, set[str]]:
    """Module -> modules of ours that it imports, also inside functions and for types only.

    It is left out that importing a module runs the ``__init__`` of its packages: rag/__init__ offers the public names,
    so every file of rag/ would be in a circle. And that ingest/readers/registry.py names the readers: those are data.
    """
    paths = {name_of(path, root): path for path in modules(root)}
    return {name: {*imports(ast.parse(path.read_text()), root=root)} & paths.keys() for name, path in paths.items()}


def circles(knows: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Groups of those that lead from each to each other, sorted; one that leads to itself alone is such a group."""
    reached = {each: _reached(each, knows) for each in knows}
    groups = {frozenset(other for other in reached[each] if each in reached.get(other, ())) for each in knows}
    return sorted(sorted(group) for group in groups if group)


def _reached(start: str, knows: Mapping[str, Collection[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = [*knows.get(start, ())]
    while waiting:
        if (each := waiting.pop()) not in reached:
            reached.add(each)
            waiting += knows.get(each, ())
    return reached


def room_of(module: str) -> str:
    if module in KERNEL:
        return "kernel"
    return next((room for room in sorted(ROOMS, key=len, reverse=True) if f"{module}.".startswith(f"{room}.")), "")


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_module_knows_only_the_rooms_below_it(path: Path) -> None:
    room = room_of(name_of(path))
    assert room
    allowed = set() if room == "kernel" else ROOMS[room] | {room}
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


@pytest.fixture(scope="module")
def ours() -> dict[str, set[str]]:
    """Module -> modules that it imports."""
    return graph()


def test_no_files_import_each_other_in_a_circle(ours: dict[str, set[str]]) -> None:
    assert len(ours) > 250
    assert circles(ours) == []


def test_folders_beside_each_other_are_in_no_circle(ours: dict[str, set[str]]) -> None:
    """A page of the library may not know the page that asks, which knows the library."""
    folders = {name_of(path.parent) for path in modules() if path.parent != REPOSITORY}
    pairs = {pair for name, those in ours.items() for each in those if (pair := beside(name, each)) is not None}
    knows = {folder: [two for one, two in pairs if one == folder and two in folders] for folder in folders}
    assert "ui.web.library" in knows["ui.web.ask"]
    assert circles(knows) == []


def beside(name: str, other: str) -> tuple[str, str] | None:
    """The folders (or modules) beside each other in which two modules lie; None where one holds the other."""
    ours, theirs = name.split("."), other.split(".")
    at = next((at for at, (one, two) in enumerate(zip(ours, theirs, strict=False)) if one != two), None)
    return None if at is None else (".".join(ours[: at + 1]), ".".join(theirs[: at + 1]))


@pytest.mark.parametrize(
    ("knows", "found"),
    [
        ({}, []),
        ({"a": ["b", "c"], "b": ["c"], "c": []}, []),
        ({"a": ["b"], "b": ["elsewhere"]}, []),
        ({"a": ["a"]}, [["a"]]),
        ({"a": ["b"], "b": ["a"]}, [["a", "b"]]),
        ({"a": ["b"], "b": ["c"], "c": ["b"]}, [["b", "c"]]),  # a only leads there
        ({"a": ["b"], "b": ["c"], "c": ["a", "d"], "d": ["e"], "e": ["d"]}, [["a", "b", "c"], ["d", "e"]]),
    ],
)
def test_circles_are_found(knows: dict[str, list[str]], found: list[list[str]]) -> None:
    assert circles(knows) == found


@given(st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8))), st.data())
def test_only_a_way_back_makes_a_circle(pairs: set[tuple[int, int]], data: st.DataObject) -> None:
    knows = {str(each): {str(to) for at, to in pairs if at == each < to} for each in range(9)}
    assert circles(knows) == []  # all lead upwards
    ways = [(low, high) for low in knows for high in _reached(low, knows)]
    if ways:
        low, high = data.draw(st.sampled_from(sorted(ways)))
        [group] = circles(knows | {high: knows[high] | {low}})
        assert {low, high} <= {*group}


@pytest.mark.parametrize(
    "back",
    [
        "import rag.one\n",
        "from rag import one\n",
        "from rag.one import ONE\n",
        "def late() -> None:\n    from rag.one import ONE\n",
        "class Late:\n    def late(self) -> None:\n        import rag.one\n",
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from rag.one import ONE\n",
        "try:\n    from rag.one import ONE\nexcept ImportError:\n    pass\n",
    ],
)
def test_a_circle_of_files_is_found_however_they_import(tmp_path: Path, back: str) -> None:
    (tmp_path / "rag" / "deep").mkdir(parents=True)
    (tmp_path / "rag" / "__init__.py").write_text("")
    (tmp_path / "rag" / "one.py").write_text("import json\n\nfrom rag.deep import two\n\nONE = 1\n")
    (tmp_path / "rag" / "deep" / "two.py").write_text("import ast\n")
    assert circles(graph(tmp_path)) == []
    (tmp_path / "rag" / "deep" / "two.py").write_text(back)
    assert circles(graph(tmp_path)) == [["rag.deep.two", "rag.one"]]


def test_no_folder_has_too_many_modules() -> None:
    number = Counter(path.parent for path in modules() if path.name != "__init__.py")
    assert {folder: each for folder, each in number.items() if each > MOST_MODULES} == {}


def top(module: str) -> str:
    return module.partition(".")[0]


@pytest.mark.parametrize("name", sorted(KERNEL))
def test_the_kernel_needs_the_standard_library_only(name: str) -> None:
    tree = ast.parse((REPOSITORY / Path(*name.split("."))).with_suffix(".py").read_text())
    ours = {"rag.citations", "rag.errors", "rag.messages", "rag.no_reports", "rag.scratch", "rag.storage", "rag.types"}
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


@pytest.mark.parametrize("package", ["oaken", "rag", "rag.types", "rag.settings", "ui.cli.main"])
def test_importing_the_public_names_costs_nothing_heavy(package: str) -> None:
    heavy = HEAVY | {"numpy", "sqlalchemy", "tantivy", "pandas", "tokenizers"}
    code = f"import sys, {package}; print(sorted({heavy!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# Whoever is listed speaks to a hub for a download, to a server that a person named, or to this machine alone.
# ``ingest/web/fetch.py`` fetches a page that a person named, from the public internet alone.
CONNECTED = {
    "ingest/web/fetch.py": {"httpx", "socket"},
    "rag/embedding/hub.py": {"huggingface_hub", "httpx2"},
    "rag/library/index/chroma_server.py": {"httpx"},
    "rag/model/files/download.py": {"huggingface_hub", "httpx2"},
    "rag/model/remote/client.py": {"httpx"},
    "rag/model/remote/responses.py": {"httpx"},
    "rag/scratch.py": {"socket"},
    "ui/cli/api.py": {"socket"},
    "ui/container/__main__.py": {"http"},
    "ui/web/server/addresses.py": {"socket"},
    "ui/web/server/launcher.py": {"http", "socket"},
}
NETWORK = (
    "aiohttp ftplib httpx httpx2 huggingface_hub imaplib poplib pycurl requests smtplib socket ssl telnetlib urllib3 "
    "websocket websockets xmlrpc http.client urllib.request"
).split()


def imported(path: Path) -> Iterator[str]:
    """The names of all modules that a file imports, inside functions too; ``from a import b`` gives ``a.b``."""
    for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(each, ast.Import):
            yield from (alias.name for alias in each.names)
        elif isinstance(each, ast.ImportFrom) and each.module and not each.level:
            yield from (f"{each.module}.{alias.name}" for alias in each.names)


def test_few_modules_can_open_a_connection() -> None:
    found: dict[str, set[str]] = {}
    for path in (path for folder in ("rag", "ingest", "ui") for path in (REPOSITORY / folder).rglob("*.py")):
        for name in imported(path):
            if any(f"{name}.".startswith(f"{each}.") for each in NETWORK):
                found.setdefault(path.relative_to(REPOSITORY).as_posix(), set()).add(name.split(".")[0])
    assert found == CONNECTED


def test_what_reads_and_answers_keeps_no_log() -> None:
    """Nothing of a document can stand in a log that nobody writes; two modules silence a library's."""
    silencing = {"rag/embedding/hub.py", "rag/model/files/download.py"}
    for path in (path for folder in ("rag", "ingest") for path in (REPOSITORY / folder).rglob("*.py")):
        name, text = path.relative_to(REPOSITORY).as_posix(), path.read_text(encoding="utf-8")
        assert ("logging" in set(imported(path))) == (name in silencing), name
        assert text.count("logging.") == text.count('logging.getLogger("huggingface_hub").setLevel(logging.ERROR)') * 2
