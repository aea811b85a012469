"""The wheel: what is in it, and that the command runs from it alone."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.real

REPOSITORY = Path(__file__).resolve().parents[1]
HEAVY = [
    "chromadb", "llama_cpp", "numpy", "onnxruntime", "pandas", "sentence_transformers", "sqlalchemy", "streamlit",
    "tantivy", "tokenizers", "torch", "transformers", "unstructured",
]  # fmt: skip


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    # The versions that pyproject.toml wants for building are those of constraints.txt or newer: not asked for here.
    options = ("--wheel", "--no-isolation", "--skip-dependency-check", "--outdir", folder)
    run(sys.executable, "-m", "build", *options, REPOSITORY, cwd=folder)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    run(
        sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-index",
        "--target", folder, wheel, cwd=folder,
    )  # fmt: skip
    return folder


def away(installed: Path, home: Path) -> dict[str, str]:
    """An environment in which the installed copy is the only one."""
    return {**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1", "OAKEN_HOME": str(home), "NO_COLOR": "1"}


def test_the_wheel_holds_the_packages_the_public_module_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    info = f"{wheel.name.removesuffix('-py3-none-any.whl')}.dist-info"
    data = info.replace("dist-info", "data")
    assert {name.split("/")[0] for name in names} == {"rag", "ingest", "ui", "oaken.py", info, data}
    assert [name for name in names if name.startswith(data)] == [f"{data}/data/share/man/man1/oaken.1"]
    assert {name for name in names if name.startswith(info)} == {
        f"{info}/{name}"
        for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE", "licenses/NOTICE")
    }
    assert {"rag/py.typed", "ingest/py.typed", "ui/py.typed"} <= set(names)
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".onnx", ".gguf"))]


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    ours = {
        path.relative_to(REPOSITORY).as_posix()
        for room in ("rag", "ingest", "ui")
        for path in (REPOSITORY / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert ours <= names, ours - names
    assert {Path(name).suffix for name in names if name.startswith("ui/")} >= {".py", ".css", ".svg"}


def test_the_wheel_holds_the_sample_documents_for_the_first_page(wheel: Path, installed: Path) -> None:
    folder = REPOSITORY / "data" / "library"
    ours = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    names = zipfile.ZipFile(wheel).namelist()
    assert ours == {name.removeprefix("ui/sample/") for name in names if name.startswith("ui/sample/")}
    code = "from ui.shared.folders import sample_folder; print(sample_folder())"
    shown = run(sys.executable, "-c", code, cwd=installed.parent, env=away(installed, installed.parent / "home"))
    assert Path(shown.strip()) == (installed / "ui" / "sample").resolve()


def test_what_the_wheel_says_of_itself(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (metadata,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
    head, _, readme = archive.read(metadata).decode().partition("\n\n")
    assert "\nName: oaken\n" in head and "\nLicense-Expression: Apache-2.0\n" in head
    assert "Requires-Python: >=3.11" in head and readme.strip()
    (entry,) = (name for name in archive.namelist() if name.endswith("/entry_points.txt"))
    assert archive.read(entry).decode().split() == ["[console_scripts]", "oaken", "=", "ui.cli.main:main"]


def test_the_command_helps_from_the_installed_wheel_alone(installed: Path, tmp_path: Path) -> None:
    code = (
        "import sys, ui.cli.main\n"
        "sys.argv = ['oaken', '--help']\n"
        "try:\n    ui.cli.main.main()\n"
        "finally:\n"
        f"    heavy = set({HEAVY!r}) & sys.modules.keys()\n"
        "    print('FROM', ui.cli.main.__file__)\n    print('HEAVY', sorted(heavy))\n"
    )
    shown = run(sys.executable, "-c", code, cwd=tmp_path, env=away(installed, tmp_path / "home"))
    for command in ("ingest", "ask", "search", "list", "remove", "ui", "doctor"):
        assert command in shown
    assert f"FROM {installed}" in shown and "HEAVY []" in shown
    assert not (tmp_path / "home").exists()


def test_the_installed_script_is_the_command(installed: Path, tmp_path: Path) -> None:
    script = installed / "bin" / "oaken"
    assert script.exists()
    shown = run(sys.executable, script, "--version", cwd=tmp_path, env=away(installed, tmp_path / "home"))
    assert shown.startswith("oaken 0.")


def test_the_installed_module_is_the_command_too(installed: Path, tmp_path: Path) -> None:
    env = away(installed, tmp_path / "home")
    shown = run(sys.executable, "-m", "oaken", "--version", cwd=tmp_path, env=env)
    code = "import oaken; print(oaken.__version__, oaken.__file__)"
    version, file = run(sys.executable, "-c", code, cwd=tmp_path, env=env).split()
    assert shown.split() == ["oaken", version] and Path(file) == installed / "oaken.py"
