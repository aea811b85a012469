"""The text of ``--help``: options without the names of Python's types, commands by purpose, examples at the foot."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from typing import Any

from typer.core import TyperCommand, TyperGroup

_TYPE_NAME = re.compile(r"\s*<[^<>]*>(\.\.\.)?$")  # "PATH <list[Path]>": a reader of --help knows no Python
_FROM_TO, _AT_LEAST = re.compile(r"(\d+)<=x<=(\d+)"), re.compile(r"\bx>=(\d+)")
_WHOLE = 1_000  # characters of a first sentence that is not cut
_WIDEST, _NARROWEST = 80, 30  # columns of the help
_NARROW_HELP, _NAME_COLUMNS = 60, 12  # in fewer columns than the first, a longer name has a line of its own

COMMANDS_BY_PURPOSE: Mapping[str, tuple[str, ...]] = {
    "Ask": ("ask", "chat", "search", "ui"),
    "Documents": ("ingest", "watch", "list", "show", "tag", "remove"),
    "Libraries": ("library", "backup", "restore", "reembed", "purge", "doctor"),
    "Models and settings": ("models", "embedder", "config"),
    "For programs": ("api", "mcp", "complete", "eval", "export", "import"),
}
EXAMPLES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "": (
        ("oaken ingest ~/Documents", "add a folder"),
        ('oaken ask "When does it open?"', "ask about it"),
        ("oaken list --failed", "see which files gave no text, and why"),
        ("oaken backup library.oaken", "keep a copy in one file"),
        ("oaken library delete default", "delete a library; your files stay"),
    ),
    "ask": (
        ('oaken ask "When does it open?"', ""),
        ('oaken ask "Who pays?" --in contracts --type pdf', "look in some documents only"),
        ('oaken ask "file:lease who pays?" --no-prose', "quotes alone"),
        ("oaken ask --batch questions.jsonl > answers.jsonl", ""),
    ),
    "search": (
        ('oaken search "opening hours"', ""),
        ('oaken search "opening hours" --passages 20 --json', ""),
        ("oaken search --batch questions.txt > found.jsonl", "one question a line"),
    ),
    "chat": (
        ("oaken chat", ""),
        ("oaken chat --tag home", "with some documents only"),
        ("oaken chat --no-library", "with the model alone"),
    ),
    "ingest": (
        ("oaken ingest ~/Documents", ""),
        ("oaken ingest contracts/ notes.md --library work", "into a library of its own"),
        ("oaken ingest https://example.org/page", "fetch a web page and keep it"),
        ("oaken ingest --retry-failed", "after installing tesseract, say"),
    ),
    "watch": (("oaken watch ~/Documents", ""),),
    "list": (
        ("oaken list", ""),
        ("oaken list --failed", "files without text, and why"),
        ("oaken list --json", ""),
    ),
    "show": (("oaken show notes.md", ""), ("oaken show notes.md --text > notes.txt", "")),
    "tag": (
        ("oaken tag", "the tags there are"),
        ("oaken tag papers/lease.pdf letters/ --add home", ""),
        ("oaken tag papers/lease.pdf --remove home", ""),
    ),
    "remove": (
        ("oaken remove old.pdf", ""),
        ("oaken remove drafts/ --purge", "and erase their words from the library's files"),
    ),
    "backup": (("oaken backup library.oaken", ""), ("oaken backup library.oaken --verify", "check it")),
    "restore": (
        ("oaken restore library.oaken --library again", "beside what there is"),
        ("oaken restore library.oaken --force", "in place of what there is"),
    ),
    "reembed": (("oaken reembed", ""), ("oaken reembed --embedder bge-m3 --library work", "")),
    "purge": (("oaken purge", ""),),
    "doctor": (("oaken doctor", ""), ("oaken doctor --repair", "")),
    "library": (
        ("oaken library", ""),
        ("oaken library rename default home", ""),
        ("oaken library delete work", ""),
    ),
    "library delete": (("oaken library delete work", ""),),
    "models": (
        ("oaken models", ""),
        ("oaken models use qwen2.5-1.5b-instruct --pull", "download it and use it"),
        ("oaken models use embedded", "back to the one that came with Oaken"),
    ),
    "models add": (("oaken models add ~/models/other.gguf --allow-unverified", ""),),
    "embedder": (("oaken embedder list", ""), ("oaken embedder add BAAI/bge-m3", "")),
    "config": (
        ("oaken config", ""),
        ("oaken config passages 10", ""),
        ("oaken config --unset passages", "back to the default"),
    ),
    "ui": (
        ("oaken ui", ""),
        ("oaken ui --set-password", ""),
        ("oaken ui --host 0.0.0.0 --folder ~/shared", "for other machines too"),
    ),
    "api": (
        ("oaken api", ""),
        ("oaken api --library work --library home", "the first answers where none is named"),
    ),
    "mcp": (
        ("oaken mcp", "as a desktop assistant starts it"),
        ("oaken mcp --http", "over HTTP, with a token"),
    ),
    "complete": (
        ("oaken complete --prefix 'def add(a, b):'", ""),
        ("oaken complete program.py --line 12", ""),
    ),
    "export": (
        ("oaken export oasst conversations.jsonl.gz", "votes, labels and rankings with them"),
        ("oaken export dpo pairs.jsonl", "better and worse answers"),
    ),
    "export oasst": (
        ("oaken export oasst conversations.jsonl.gz", ""),
        ("oaken export oasst shared.jsonl --pseudonyms", "under other ids"),
        ("oaken export oasst --form flat > messages.jsonl", "a message on each line"),
    ),
    "export dpo": (("oaken export dpo pairs.jsonl", ""),),
    "import": (("oaken import oasst conversations.jsonl.gz", ""),),
    "import oasst": (
        ("oaken import oasst conversations.jsonl.gz", ""),
        ("oaken import oasst trees.jsonl.gz --library oasst --clean", "into a library of its own"),
    ),
    "eval": (
        ("oaken eval questions.jsonl --show", ""),
        ("oaken eval --from-library --count 20", ""),
    ),
}


class HelpCommand(TyperCommand):
    """A command whose help names no Python types and ends with examples."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments and the options."""
        _write_parameters(self, ctx, formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the examples."""
        _write_examples(ctx, formatter)


class HelpGroup(TyperGroup):
    """A group of commands, of which the outermost lists its commands by purpose."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Return the context; its help, and that of the commands within, is as wide as the terminal is, up to 80."""
        columns = shutil.get_terminal_size().columns
        extra.setdefault("terminal_width", max(min(columns, _WIDEST) - 2, _NARROWEST))
        return super().make_context(info_name, args, parent, **extra)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the commands, then the options."""
        if ctx.parent is None:
            for purpose, names in COMMANDS_BY_PURPOSE.items():
                self._write_commands(purpose, names, ctx, formatter)
        else:
            self._write_commands("Commands", self.list_commands(ctx), ctx, formatter)
        _write_parameters(self, ctx, formatter)

    def _write_commands(self, heading: str, names: Any, ctx: Any, formatter: Any) -> None:
        commands = {name: command for name in names if (command := self.get_command(ctx, name)) is not None}
        with formatter.section(heading):
            _write_rows([(name, command.get_short_help_str(_WHOLE)) for name, command in commands.items()], formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the examples."""
        _write_examples(ctx, formatter)


def _write_parameters(command: Any, ctx: Any, formatter: Any) -> None:
    rows: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
    for each in command.get_params(ctx):
        record = each.get_help_record(ctx)
        if record is not None:
            kind = "Arguments" if each.param_type_name == "argument" else "Options"
            rows[kind].append((_TYPE_NAME.sub("", record[0]), _range_in_words(record[1])))
    for heading, found in rows.items():
        if found:
            with formatter.section(heading):
                _write_rows(found, formatter)


def _write_rows(rows: list[tuple[str, str]], formatter: Any) -> None:
    formatter.write_dl(rows, **({"col_max": _NAME_COLUMNS} if formatter.width < _NARROW_HELP else {}))


def _range_in_words(text: str) -> str:
    """Return the help of an option, "[1<=x<=100]" in it as "[1 to 100]"."""
    return _AT_LEAST.sub(r"at least \1", _FROM_TO.sub(r"\1 to \2", text))


def _write_examples(ctx: Any, formatter: Any) -> None:
    """Write each example on a line of its own, with what it does beside it, or above it where that is too wide."""
    examples = EXAMPLES.get(ctx.command_path.partition(" ")[2], ())
    if not examples:
        return
    longest = max((len(line) for line, told in examples if told), default=0)
    with formatter.section("Examples"):
        indent = " " * formatter.current_indent
        beside = [f"{indent}{line:{longest}}  # {told}" if told else f"{indent}{line}" for line, told in examples]
        above = [f"{indent}# {told}\n{indent}{line}" if told else f"{indent}{line}" for line, told in examples]
        fits = max(map(len, beside)) <= formatter.width
        formatter.write("".join(f"{line}\n" for line in (beside if fits else above)))
