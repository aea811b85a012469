"""Writes ``docs/man/oaken.1`` from the commands themselves: ``make man``. The wheel carries the page."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))  # also when run as a script
PAGE = REPOSITORY / "docs" / "man" / "man1" / "oaken.1"


def page() -> str:
    """Return the manual page in roff: a section for each group of commands, a part for each command."""
    from typer.main import get_command

    from ui.cli.layout.help_text import COMMANDS_BY_PURPOSE, EXAMPLES
    from ui.cli.main import app

    program: Any = get_command(app)
    lines = [
        '.TH OAKEN 1 "" "Oaken" "User Commands"',
        ".SH NAME",
        r"oaken \- ask your own documents, on your own machine, and see the proof of every sentence",
        ".SH SYNOPSIS",
        ".B oaken",
        _text("COMMAND [OPTIONS] [ARGUMENTS]"),
        ".SH DESCRIPTION",
        *_paragraphs(program.help),
    ]
    for purpose, names in COMMANDS_BY_PURPOSE.items():
        lines.append(f".SH {_text(purpose.upper())}")
        for name in names:
            lines += _command(f"oaken {name}", program.commands[name])
    lines += [".SH OPTIONS OF EVERY COMMAND", *_options(program), ".SH EXAMPLES"]
    lines += [line for example, use in EXAMPLES[""] for line in (".TP", f".B {_text(example)}", _text(use))]
    lines += [".SH FILES", _text("OAKEN_HOME (~/.local/share/oaken): libraries, models and settings."), ""]
    return "\n".join(lines)


def _command(name: str, command: Any) -> Iterator[str]:
    yield f".SS {_text(name)}"
    yield from _paragraphs(command.help)
    yield from _options(command)
    for below, part in getattr(command, "commands", {}).items():
        yield from _command(f"{name} {below}", part)


def _options(command: Any) -> Iterator[str]:
    for parameter in command.params:
        if getattr(parameter, "hidden", False) or parameter.name == "help":
            continue
        shown = ", ".join([*parameter.opts, *getattr(parameter, "secondary_opts", ())])
        if parameter.param_type_name == "argument":
            shown = parameter.metavar or parameter.name.upper()
        elif parameter.metavar:
            shown += f" {parameter.metavar}"
        yield ".TP"
        yield f".B {_text(shown)}"
        yield _text(parameter.help or "")


def _paragraphs(text: str | None) -> Iterator[str]:
    for at, paragraph in enumerate(re.split(r"\n\s*\n", (text or "").strip())):
        if at:
            yield ".PP"
        yield _text(" ".join(paragraph.split()))


def _text(words: str) -> str:
    """Return words that roff shows as they are."""
    escaped = words.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped[:1] in (".", "'") else escaped


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
