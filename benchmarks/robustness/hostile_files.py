"""Read a folder of hostile files: ``python -m benchmarks.robustness.hostile_files FOLDER``.

Three times: as they lie there, each attached to a mail, and as the page takes uploads. They are found, read and split
into chunks as in a run, but one after the other in one worker, so that what each costs is known; nothing is embedded.
Processor seconds are judged, since a busy machine lengthens all others. Exit code 1 where a file that gives no text has
no reason, crashed the worker, took more than ``MOST_SECONDS`` or ``MOST_MB``, or gave words of a file outside the
folder (``OUTSIDE``), or where something was left in the folder that the benchmark ran in.
"""

from __future__ import annotations

import email.policy
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cache
from pathlib import Path

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from benchmarks.robustness.worker_usage import FileUsage, MeteredParser
from ingest.discover import FoundFile, discover
from ingest.document_codec import Chunking
from ingest.parse import Parsed
from ingest.source_file import open_found
from rag.factory import open_embedder
from rag.interfaces import Embedder
from rag.settings import load
from ui.shared.adding.uploads import DroppedFile, keep

MOST_SECONDS = 20.0  # processor seconds for a file
MOST_MB = 1_024
OUTSIDE = ("/etc/passwd", "/etc/hostname", "/proc/self/environ")  # what links, entities and includes ask for
LEAST_CANARY = 12  # characters of a line that stands nowhere by chance
COLUMNS = {
    "way in": "", "files": "", "read": "", "refused": "", "without a reason": "", "crashes": "", "leaks": "",
    "longest, processor s": ".1f", "of file": "", "most memory, MB": "", "taken by": "",
}  # fmt: skip


@dataclass(frozen=True)
class Way:
    """A way in: the files it leads to, and how many it refuses itself."""

    folder: Path
    refused: int = 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, print, return the exit code."""
    parser = benchmark_parser("benchmarks.robustness.hostile_files", __doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--way", choices=WAYS, action="append", help="only this way in; may be repeated")
    options = parse_options(parser, arguments)
    folder, embedder, rows, faults = options.folder.absolute(), open_embedder(load()), [], []
    for name in options.way or WAYS:
        with tempfile.TemporaryDirectory() as scratch:
            row, found = read_all(name, WAYS[name](folder, Path(scratch, "files")), embedder, Path(scratch, "empty"))
        rows.append(row)
        faults += found
    publish(options, "hostile_files", "Hostile files", COLUMNS, rows, "Programs that a reader started are included.")
    print("\n".join(faults))
    return int(bool(faults))


def read_all(name: str, way: Way, embedder: Embedder, empty: Path) -> tuple[dict[str, Cell], list[str]]:
    """Return a row about the files, and what is at fault, in words; ``empty`` is the folder to run in."""
    here = Path.cwd()
    empty.mkdir()
    os.chdir(empty)
    try:
        with MeteredParser() as parser:
            results = {found.path: _read(found, parser, embedder) for found in discover([way.folder])}
        left = [path.name for path in empty.iterdir()]
    finally:
        os.chdir(here)
    mute = [path for path, parsed in results.items() if parsed.document is None and not parsed.reason]
    crashed = [path for path, parsed in results.items() if "crashed" in parsed.reason]
    leaks = [path for path, parsed in results.items() if parsed.document and _is_leaked(parsed.document.text)] + left
    usage = parser.usage
    slowest = sorted(usage, key=lambda path: -usage[path].processor_seconds)
    largest = max(usage, key=lambda path: usage[path].memory_mb)
    read = sum(parsed.document is not None for parsed in results.values())
    values: tuple[Cell, ...] = (
        name, len(results) + way.refused, read, len(results) - read + way.refused, len(mute), len(crashed), len(leaks),
        usage[slowest[0]].processor_seconds, shown(slowest[0]), usage[largest].memory_mb, shown(largest),
    )  # fmt: skip
    print(f"{name}: " + ", ".join(f"{shown(path)} {usage[path].processor_seconds:.1f} s" for path in slowest[:12]))
    faults = {"no reason": mute, "crashed": crashed, "leaked": leaks, "too much": _excessive(usage)}
    told = [f"{name}: {what}: {shown(path)}" for what, paths in faults.items() for path in paths]
    return dict(zip(COLUMNS, values, strict=True)), told


def _read(found: FoundFile, parser: MeteredParser, embedder: Embedder) -> Parsed:
    if found.problem is not None:
        return Parsed(None, found.problem, found.reason)
    with open_found(found) as source:
        chunking = Chunking("", found.path, embedder.tokenizer_files, embedder.card.max_tokens)
        return parser.parse(found.location, chunking=chunking, source=source)


def _excessive(usage: dict[str, FileUsage]) -> list[str]:
    return [
        f"{path} ({each.processor_seconds:.1f} s, {each.memory_mb} MB)"
        for path, each in usage.items()
        if each.processor_seconds > MOST_SECONDS or each.memory_mb > MOST_MB
    ]


def _is_leaked(text: str) -> bool:
    return any(line in text for line in _canaries())


@cache
def _canaries() -> tuple[str, ...]:
    lines: list[str] = []
    for path in filter(os.path.exists, OUTSIDE):
        lines += Path(path).read_text(encoding="utf-8", errors="replace").replace("\0", "\n").splitlines()
    return tuple(line for line in lines if len(line) >= LEAST_CANARY)


def _as_files(folder: Path, scratch: Path) -> Way:
    return Way(folder)


def _in_mails(folder: Path, scratch: Path) -> Way:
    """Attach each file to a mail. A line end in a name, which no mail can carry, becomes a space."""
    scratch.mkdir()
    for number, path in enumerate(_regular(folder)):
        mail = EmailMessage(policy=email.policy.SMTP)
        mail["Subject"] = "A file for you"
        mail.set_content("Something is attached.")
        name = " ".join(path.name.splitlines())
        mail.add_attachment(path.read_bytes(), maintype="application", subtype="octet-stream", filename=name)
        (scratch / f"{number:03} {shown(path.name)}.eml").write_bytes(mail.as_bytes())
    return Way(scratch)


def _uploaded(folder: Path, scratch: Path) -> Way:
    """Keep the files as the page does, those that it refuses left out."""
    kept = keep((DroppedFile(path.name, path.read_bytes()) for path in _regular(folder)), scratch)
    return Way(scratch, len(kept.refused))


def _regular(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.iterdir()) if path.is_file() and not path.is_symlink())


def shown(name: str) -> str:
    """Return a name that does no harm to a terminal, a file system or a table."""
    plain = (letter if letter.isascii() and (letter.isalnum() or letter in " ._-(),") else "_" for letter in name)
    return "".join(plain)[:60]


WAYS: dict[str, Callable[[Path, Path], Way]] = {
    "a folder": _as_files,
    "attached to mails": _in_mails,
    "uploaded to the page": _uploaded,
}

if __name__ == "__main__":
    sys.exit(main())
