"""Every package has one tested version, and none is older than the fix of a hole that is known."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

REPOSITORY = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# A package -> the first release without the hole that is named; only those that Oaken comes to with data of others.
FIXED = {
    "llama-cpp-python": "0.2.72",  # CVE-2024-34359: a model's template runs code
    "python-multipart": "0.0.27",  # GHSA-pp6c-gr5w-3c5g and two more: forms that never end
    "starlette": "1.1.0",  # CVE-2025-54121, -62727, -2026-48710, -48818
    "streamlit": "1.54.0",  # CVE-2026-33682: addresses of other machines opened on Windows
    "transformers": "5.3.0",  # CVE-2026-4372: a configuration runs code
    "unstructured": "0.18.18",  # CVE-2025-64712: an attachment's name leads out of its folder
}
# Downloads archives and unpacks them wherever they say. The tests have it, because LlamaIndex wants it.
NEVER_INSTALLED_WITH_OAKEN = {"nltk"}


def pinned() -> dict[str, list[str]]:
    """The packages of constraints.txt with what each line asks for."""
    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    asked = [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]
    return {canonicalize_name(each.name): [str(part) for part in each.specifier] for each in asked}


def test_every_package_has_one_version_that_is_wanted() -> None:
    versions = pinned()
    loose = {name: parts for name, parts in versions.items() if len(parts) != 1 or not parts[0].startswith("==")}
    assert not loose and len(versions) > 200
    for line in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]):
        wanted = Requirement(line)
        name = canonicalize_name(wanted.name)
        assert name in versions, f"{name} has no version in constraints.txt"
        assert versions[name][0].removeprefix("==") in wanted.specifier, f"{name}: {versions[name]} against {line}"


def test_no_package_is_older_than_the_fix_of_a_known_hole() -> None:
    versions = {name: Version(parts[0].removeprefix("==")) for name, parts in pinned().items() if parts[0][:2] == "=="}
    old = {name: str(versions[name]) for name, first in FIXED.items() if versions[name] < Version(first)}
    assert not old


def test_what_oaken_brings_is_without_packages_that_it_does_without() -> None:
    brought: set[tuple[str, frozenset[str]]] = set()
    left = [Requirement(line) for line in PROJECT["dependencies"]]
    while left:
        asked = left.pop()
        key = canonicalize_name(asked.name), frozenset(asked.extras)
        if key in brought:
            continue
        brought.add(key)
        try:
            needs = map(Requirement, requires(asked.name) or [])
        except PackageNotFoundError:  # of another system
            continue
        with_extras = ["", *asked.extras]
        left += [
            each
            for each in needs
            if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in with_extras)
        ]
    assert len(brought) > 150 and not NEVER_INSTALLED_WITH_OAKEN & {name for name, _ in brought}


def test_setting_up_takes_those_versions() -> None:
    """What is installed for the tests, and by CI, is what constraints.txt says."""
    lines = (REPOSITORY / "Makefile").read_text(encoding="utf-8").splitlines()
    installing = [line for line in lines if "pip install" in line and "$(PY)" in line]
    assert installing and all("-c constraints.txt" in line for line in installing)
    assert "make setup" in (REPOSITORY / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
