"""Kill commands that write, at random: ``python -m benchmarks.robustness.killed_commands [--kills N] [--files N]``.

ingest, remove, backup, restore, purge, a repair, a conversation being written, and a change of the settings: each is
started as a process of its own and ended by ``kill -9`` at a random moment of the time that it usually takes. After
each kill ``oaken doctor`` has to be satisfied, at the latest after the repair that it advises, and what was stored
before has to be there. At the end a last ingest has to give the library that one ingest gives that was never killed.
Exit code 1 where anything is amiss.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.results import Row, benchmark_parser, parse_options, publish
from rag.child_process import child_environment, module_command
from rag.conversation.chats.store import ChatStore
from rag.factory import open_library
from rag.settings import DEFAULT_LIBRARY, library_folder, load
from tests.crash.killing import change_papers, write_papers

COLUMNS = {"command": "", "killed": "", "ended before": "", "needed a repair": "", "problems": ""}
_WRITE_CHAT = """
import sys
from pathlib import Path
from rag.conversation.chats.store import ChatStore
with ChatStore.open(Path(sys.argv[1])) as store:
    chat = store.new()
    while True:
        asked = store.ask(chat.id, "When did the bell ring?", None)
        store.keep(asked.id, None, problem="none")
        print(asked.id, flush=True)
"""
_LONGEST_CHAT = 3.0  # seconds
_OAKEN = module_command("ui.cli.main")
Contents = dict[str, list[str]]  # of each document, by its id: its chunks


class Home:
    """A home with a library, its papers and a backup, and what is asked of it after each kill."""

    def __init__(self, folder: Path, files: int, generator: random.Random) -> None:
        self._folder, self._generator = folder, generator
        self.papers, self.home, self.saved = folder / "papers", folder / "home", folder / "saved.oaken"
        write_papers(self.papers, files, generator)
        self.acknowledged: set[str] = set()  # questions of conversations
        self.run("ingest", str(self.papers))
        self.run("backup", str(self.saved))

    def start(self, *arguments: str, command: Sequence[str] = _OAKEN) -> subprocess.Popen[str]:
        """Start ``oaken`` with these arguments, or another command."""
        return subprocess.Popen(
            [*command, *arguments],
            env=child_environment(OAKEN_HOME=str(self.home)),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> str:
        """Run ``oaken`` to its end and return what it printed. Raises RuntimeError where it fails."""
        with self.start(*arguments) as process:
            printed = process.communicate()[0]
        if process.returncode:
            raise RuntimeError(f"oaken {' '.join(arguments)}: {printed}")
        return printed

    def contents(self) -> Contents:
        """Return the texts of all chunks."""
        with open_library(load({"OAKEN_HOME": str(self.home)}), DEFAULT_LIBRARY) as library:
            return {each.id: [c.text for c in library.ledger.chunks_of(each.id)] for each in library.records()}

    def arguments(self, name: str) -> list[str]:
        """Return the arguments of a command, and make work for it."""
        if name == "ingest":
            change_papers(self.papers, self._generator)
            return ["ingest", str(self.papers)]
        if name == "remove":
            return ["remove", self._generator.choice(sorted(self.contents()))]
        backup = self._folder / f"{self._generator.random()}.oaken"
        return {
            "backup": ["backup", str(backup)],
            "restore": ["restore", str(self.saved), "--force"],
            "purge": ["purge"],
            "repair": ["doctor", "--repair"],
            "settings": ["models", "use", "embedded"],
        }[name]

    def faults(self) -> list[str]:
        """Return what the doctor finds."""
        with self.start("doctor", "--json") as process:
            printed = process.communicate()[0]
        try:
            return [f"{each['name']}: {each['detail']}" for each in json.loads(printed)["checks"] if not each["ok"]]
        except (ValueError, KeyError):
            return [f"doctor: {printed[-500:]}"]

    def lost(self) -> list[str]:
        """Return the stored questions that are in no conversation any more."""
        with ChatStore.open(library_folder(self.home, DEFAULT_LIBRARY)) as store:
            stored = {question.id for chat in store.list() for question, _, _ in store.tree(chat.id)}
        return sorted(self.acknowledged - stored)


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill, look, go on; return the exit code."""
    parser = benchmark_parser("benchmarks.robustness.killed_commands", __doc__)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--files", type=int, default=60)
    options = parse_options(parser, arguments)
    names = ("ingest", "remove", "backup", "restore", "purge", "repair", "chat", "settings")
    rows: dict[str, dict[str, int]] = {name: dict.fromkeys(list(COLUMNS)[1:], 0) for name in names}
    generator = random.Random(11)
    with tempfile.TemporaryDirectory(prefix="oaken-bench-") as folder:
        home = Home(Path(folder), options.files, generator)
        usual: dict[str, float] = {}
        for number in range(options.kills):
            name = names[number % len(names)]
            killed = _kill_chat(home, generator) if name == "chat" else _kill(home, name, usual, generator)
            rows[name]["killed" if killed else "ended before"] += 1
            if found := home.faults():
                home.run("doctor", "--repair")
                rows[name]["needed a repair"] += 1
            left = home.faults() + home.lost()
            rows[name]["problems"] += len(left)
            print(f"{number + 1} {name} {'killed' if killed else 'ended'} {found or ''} {left or ''}", flush=True)
        found = _difference(home, Path(folder) / "whole")
    print("\n".join(found))
    rows["a last ingest, compared"] = dict.fromkeys(list(COLUMNS)[1:], 0) | {"problems": len(found)}
    table: list[Row] = [{"command": name, **row} for name, row in rows.items()]
    publish(options, "killed_commands", "Commands killed at random", COLUMNS, table)
    return int(any(row["problems"] for row in rows.values()))


def _kill(home: Home, name: str, usual: dict[str, float], generator: random.Random) -> bool:
    """Kill a command at a random moment of its usual time, and tell whether it still ran."""
    if name not in usual:
        given, begun = home.arguments(name), time.monotonic()
        home.run(*given)
        usual[name] = time.monotonic() - begun
    before = home.contents()
    given = home.arguments(name)
    killed = _end(home.start(*given), lambda process: _wait(process, generator.uniform(0, usual[name])))
    if name not in ("ingest", "restore"):
        removed = {given[1]} if name == "remove" else set()
        after = home.contents()
        assert {k: v for k, v in before.items() if k not in removed} == {
            k: v for k, v in after.items() if k not in removed
        }, f"{name} lost a document"
    return killed


def _kill_chat(home: Home, generator: random.Random) -> bool:
    command = [sys.executable, "-c", _WRITE_CHAT, str(library_folder(home.home, DEFAULT_LIBRARY))]

    def wait(process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        home.acknowledged.add(process.stdout.readline().strip())
        _wait(process, generator.uniform(0, _LONGEST_CHAT))

    with home.start(command=command) as process:
        wait(process)
        running = process.poll() is None
        process.kill()
        assert process.stdout is not None
        home.acknowledged |= {line.strip() for line in process.stdout if line.endswith("\n")}
    return running


def _wait(process: subprocess.Popen[str], seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def _end(process: subprocess.Popen[str], wait: Callable[[subprocess.Popen[str]], None]) -> bool:
    with process:
        wait(process)
        running = process.poll() is None
        if running:
            os.killpg(process.pid, 9)
        process.communicate()
    return running


def _difference(home: Home, whole: Path) -> list[str]:
    """Return what differs from a library that was never killed."""
    home.run("ingest", str(home.papers))
    found, killed = home.faults() + home.lost(), home.contents()
    home.home, before = whole, home.home
    (whole / "models").mkdir(parents=True)
    for each in (before / "models").iterdir():
        (whole / "models" / each.name).symlink_to(each)
    home.run("ingest", str(home.papers))
    return found + ([] if home.contents() == killed else ["the library is not as one that was never killed"])


if __name__ == "__main__":
    sys.exit(main())
