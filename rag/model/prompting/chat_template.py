"""Learns a prompt family from a model file's own chat template, which never runs on anybody's text.

A template is a program by whoever made the file. It runs in jinja's sandbox, in a process of its own with limits of
time and memory (``python -m rag.model.prompting.chat_template``), on a few conversations of made-up words. From where
those words come out, a :class:`PromptFamily` is derived and checked against longer conversations: the template's output
is then fixed strings around the texts, as in any other family.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rag.child_process import how_it_ended, run_module
from rag.errors import ModelError
from rag.messages import Message
from rag.model.prompting.families import TEMPLATE, PromptFamily, render
from rag.types import Role, Turn

RENDER_SECONDS = 5.0  # wall clock for all conversations together
_CPU_SECONDS, _MEMORY, _OUTPUT = 4, 512 * 2**20, 2**20
_NAME_A_FAMILY = Message("Name a prompt family that fits: export OAKEN_FAMILY=chatml")

_S, _Q1, _A1, _Q2, _A2, _Q3 = ("oakensystem", "oakenask", "oakenreply", "oakenasktwo", "oakenreplytwo", "oakenaskthree")


@dataclass(frozen=True, slots=True)
class _Case:
    """A conversation to render, with or without the opening of the assistant's turn."""

    roles: str  # s, u, a: one letter a turn
    opened: bool = True

    @property
    def turns(self) -> list[Turn]:
        texts = {"s": iter((_S,)), "u": iter((_Q1, _Q2, _Q3)), "a": iter((_A1, _A2))}
        names: dict[str, Role] = {"s": "system", "u": "user", "a": "assistant"}
        return [Turn(names[letter], next(texts[letter])) for letter in self.roles]


_CASES = (
    _Case("u"), _Case("u", False), _Case("ua", False), _Case("uau"), _Case("su"), _Case("uauau"), _Case("suauau"),
)  # fmt: skip


def learn(template: str, tokens: dict[str, str], controls: Collection[str]) -> PromptFamily:
    """Return the family equivalent to a template.

    ``tokens`` are its variables ``bos_token`` and ``eos_token``; ``controls`` are the texts of the vocabulary's control
    tokens. Raises ModelError where it does not run, runs too long, or does more than put fixed strings between the
    turns.
    """
    outputs = dict(zip(_CASES, _run(template, tokens), strict=True))
    plain = {case: text for case, text in outputs.items() if text is not None}
    if any(case not in plain for case in (_CASES[0], _CASES[1], _CASES[2], _CASES[3], _CASES[5])):
        raise _irregular(Message("it fails on an ordinary conversation"))
    family = _derive_family(plain, controls)
    for case, text in plain.items():
        if not case.opened or (family.folds_system and "s" in case.roles):
            continue
        if "".join(segment.text for segment in render(family, case.turns)) != text:
            raise _irregular(Message("it does more than put fixed strings between the turns"))
    return family


def _derive_family(outputs: dict[_Case, str], controls: Collection[str]) -> PromptFamily:
    """Derive the family from where the words come out.

    Without a system part in the output, the system text is folded.
    """
    first, rest = _around(outputs[_CASES[0]], _Q1)
    _, user_end = _around(outputs[_CASES[1]], _Q1)
    if not rest.startswith(user_end):  # the end of one turn and the opening of the next cannot be separated
        user_end = ""
    assistant = rest.removeprefix(user_end)
    _, reply = _around(outputs[_CASES[2]], _Q1)
    answers, assistant_end = _around(reply, _A1)
    if not answers.startswith(user_end):
        raise _irregular(Message("it closes a question in more than one way"))
    past = answers.removeprefix(user_end)
    _, second = _around(outputs[_CASES[3]], _A1)
    between, _ = _around(second, _Q2)
    if not between.startswith(assistant_end):
        assistant_end = ""
    user = between.removeprefix(assistant_end)
    if not first.endswith(user):
        raise _irregular(Message("its first turn opens differently from the later ones"))
    bare = first[: len(first) - len(user)]
    system = system_end = ""
    after: str | None = None
    folds = True
    with_system = outputs.get(_CASES[4], "")
    if _S in with_system and with_system.find(_S) < with_system.find(_Q1):
        folds = False
        system, tail = _around(with_system, _S)
        system_end, _ = _around(tail, _Q1)
        if user and system_end.endswith(user):
            system_end = system_end.removesuffix(user)
        else:
            after = ""
    scaffolding = "".join((bare, system, system_end, user, user_end, assistant, past, assistant_end))
    markers = tuple(sorted((text for text in controls if text in scaffolding), key=len, reverse=True))
    stop = tuple(text for text in markers if assistant_end.startswith(text) or user.startswith(text))
    return PromptFamily(
        TEMPLATE,
        system,
        user,
        assistant,
        system_end,
        user_end,
        assistant_end,
        markers,
        stop,
        without_system=bare,
        user_after_system=after,
        past_assistant=None if past == assistant else past,
        folds_system=folds,
    )


def _around(text: str, word: str) -> tuple[str, str]:
    before, found, after = text.partition(word)
    if not found:
        raise _irregular(Message("it leaves out or changes what is said"))
    return before, after


def _irregular(why: str) -> ModelError:
    return ModelError(Message("The model's own chat template cannot be used: {why}.", why=why), _NAME_A_FAMILY)


def _run(template: str, tokens: dict[str, str]) -> list[str | None]:
    """Return the template's output for each case; None where it raises."""
    request = {
        "template": template,
        "tokens": tokens,
        "cases": [[[{"role": turn.role, "content": turn.text} for turn in case.turns], case.opened] for case in _CASES],
    }
    environment = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT") if key in os.environ}
    try:
        done = run_module(
            "rag.model.prompting.chat_template",
            text=json.dumps(request),
            environment=environment,
            seconds=RENDER_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise _irregular(Message("it did not finish within {seconds:.0f} seconds", seconds=RENDER_SECONDS)) from error
    except OSError as error:
        raise ModelError(
            Message("The process that reads the chat template cannot be started: {why}.", why=error.strerror)
        ) from error
    if done.returncode != 0 or len(done.stdout) > _OUTPUT:
        raise _irregular(
            how_it_ended(done) if done.returncode > 0 else Message("it took more time or memory than it is allowed")
        )
    outputs: list[str | None] = json.loads(done.stdout)
    return outputs


def _limit() -> None:
    """Limit this process; Windows has no such limits, the parent's timeout holds there."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _render(request: dict[str, object]) -> Sequence[str | None]:
    from jinja2 import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )

    def refuse(message: str) -> None:
        raise TemplateError(message)

    environment.globals |= {"raise_exception": refuse, "strftime_now": lambda _: ""}
    environment.filters["tojson"] = lambda value, **_: json.dumps(value, ensure_ascii=False)
    compiled = environment.from_string(str(request["template"]))
    out: list[str | None] = []
    for messages, opened in request["cases"]:  # type: ignore[attr-defined]
        try:
            text = compiled.render(messages=messages, add_generation_prompt=opened, **request["tokens"])  # type: ignore[arg-type]
            out.append(text[:_OUTPUT])
        except (TemplateError, TypeError, ValueError, KeyError, AttributeError, IndexError):
            out.append(None)
    return out


def main() -> None:
    """Read a request on standard input and write the renderings on standard output."""
    request = json.load(sys.stdin)
    _limit()
    try:
        outputs = _render(request)
    except Exception as error:  # syntax errors, endless recursion: whatever a stranger's program may do
        sys.exit(f"it does not run: {error or type(error).__name__}")
    json.dump(outputs, sys.stdout)


if __name__ == "__main__":
    main()
