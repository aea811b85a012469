"""One name, one meaning: no class name stands for two things, and no constant for two values."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("rag", "ingest", "ui")
LANGUAGES = ROOT / "rag" / "text" / "languages"  # one folder for each language, with the same names in all of them


def modules(root: Path = ROOT) -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            if LANGUAGES not in path.parents or "schema" in path.parts:
                yield str(path.relative_to(root)), ast.parse(path.read_text(encoding="utf-8"))


def classes(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield node.name, ast.unparse(node)


def constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield each constant of a module with its value, as source."""
    for node in tree.body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name) and target.id.strip("_").isupper():
                    yield target.id, ast.unparse(node.value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            name = ast.unparse(node.target)
            if name.strip("_").isupper():
                yield name, ast.unparse(node.value)


def ambiguous(found: Iterator[tuple[str, str, str]]) -> dict[str, list[str]]:
    """Return the names with more than one meaning, each with the modules that define it."""
    places: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path, name, meaning in found:
        places[name][meaning].append(path)
    return {name: sorted(chain.from_iterable(of.values())) for name, of in places.items() if len(of) > 1}


@pytest.mark.parametrize("named", [classes, constants])
def test_no_name_means_two_things(named: object) -> None:
    assert callable(named)
    assert ambiguous((path, name, value) for path, tree in modules() for name, value in named(tree)) == {}


def test_two_meanings_of_a_name_are_found() -> None:
    one, two = ast.parse("class A: x = 1\nLIMIT = 3\n_SAME = 2"), ast.parse("class A: x = 2\nLIMIT: int = 4\n_SAME = 2")
    found = [(path, name, value) for path, tree in (("a.py", one), ("b.py", two)) for name, value in classes(tree)]
    assert ambiguous(iter(found)) == {"A": ["a.py", "b.py"]}
    found = [(path, name, value) for path, tree in (("a.py", one), ("b.py", two)) for name, value in constants(tree)]
    assert ambiguous(iter(found)) == {"LIMIT": ["a.py", "b.py"]}
