"""Prompt formats: a conversation as each family of models was trained on it.

A table of frozen values and pure functions; tokenisation is the worker's business. OpenAssistant's own server puts
nothing between turns and ends each with its base model's end token (``inference/worker/work.py``). llama-cpp-python's
``oasst_llama`` format is not used: it wraps the system text in Llama-2's ``[INST]``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from rag.errors import ModelError, UsageError
from rag.messages import Message
from rag.types import Role, Turn

COMPLETION = "completion"
"""The family of a base model: it follows no instruction, it goes on with a text after a few examples."""
TEMPLATE = "template"
"""The family of a file that brings a chat template of its own: what it is, is read off the template's output."""


@dataclass(frozen=True, slots=True)
class PromptSegment:
    """A segment of a prompt: one control marker, or text that must never become one."""

    text: str
    control: bool


@dataclass(frozen=True, slots=True)
class PromptFamily:
    """One family's prompt format: what stands before and after each turn, and the stop strings."""

    name: str
    system: str
    user: str
    assistant: str
    system_end: str
    user_end: str
    assistant_end: str
    markers: tuple[str, ...]  # the control tokens of the scaffolding
    stop: tuple[str, ...]  # an answer ends at any of these; they are never shown
    without_system: str = ""  # stands in front where there is no system turn
    user_after_system: str | None = None  # the user's opening after a system turn, where it differs
    past_assistant: str | None = None  # the opening of a past answer, where it is not ``assistant``
    folds_system: bool = False  # there is no system turn: its text opens the first user turn
    few_shot: bool = False  # a base model: it follows examples, not instructions


def _oasst(name: str, eos: str) -> PromptFamily:
    markers = ("<|system|>", "<|prompter|>", "<|assistant|>", eos)
    return PromptFamily(name, *markers[:3], eos, eos, eos, markers, (eos, *markers[:3]))


_CHATML = PromptFamily(
    "chatml",
    "<|im_start|>system\n",
    "<|im_start|>user\n",
    "<|im_start|>assistant\n",
    "<|im_end|>\n",
    "<|im_end|>\n",
    "<|im_end|>\n",
    ("<|im_start|>", "<|im_end|>"),
    ("<|im_end|>", "<|im_start|>", "<|endoftext|>"),
)
# Qwen3 and SmolLM3 reason first, unless their turn opens with a finished thought: what their own templates write for
# ``enable_thinking=False`` and ``/no_think``.
_DIRECT = replace(
    _CHATML,
    name="chatml-direct",
    assistant="<|im_start|>assistant\n<think>\n\n</think>\n\n",
    past_assistant="<|im_start|>assistant\n",
    markers=(*_CHATML.markers, "<think>", "</think>"),
)
# The caller writes the labels into the turns (``Question: … Answer:``); an answer is one line.
_COMPLETION = PromptFamily(
    COMPLETION,
    system="",
    user="",
    assistant="",
    system_end="\n\n",
    user_end="",
    assistant_end="\n\n",
    markers=(),
    stop=("\n",),
    past_assistant=" ",
    few_shot=True,
)
# The first reports of 2023: "v2" before OpenAssistant gave that name to another format, and "v2.5" of that spring.
_HUMAN_BOT = PromptFamily(
    "human-bot",
    "<prefix>",
    "<human>",
    "<bot>",
    "</prefix>",
    "",
    "<|endoftext|>",
    ("<prefix>", "</prefix>", "<human>", "<bot>", "<|endoftext|>"),
    ("<|endoftext|>", "<human>", "<bot>", "<prefix>"),
)
_PREFIX = replace(
    _oasst("oasst-prefix", "<|endoftext|>"),
    system="<|prefix_begin|>",
    system_end="<|prefix_end|>",
    markers=("<|prefix_begin|>", "<|prefix_end|>", "<|prompter|>", "<|assistant|>", "<|endoftext|>"),
    stop=("<|endoftext|>", "<|prefix_begin|>", "<|prompter|>", "<|assistant|>"),
)

FAMILIES: Mapping[str, PromptFamily] = MappingProxyType(
    {
        family.name: family
        for family in (
            _oasst("oasst-pythia", "<|endoftext|>"),
            _oasst("oasst-falcon", "<|endoftext|>"),
            _oasst("oasst-llama", "</s>"),
            _oasst("oasst-orca", "</s>"),
            _CHATML,
            _DIRECT,
            _HUMAN_BOT,
            _PREFIX,
            _COMPLETION,
        )
    }
)

MARKERS: frozenset[str] = frozenset(
    marker for family in FAMILIES.values() for marker in (*family.markers, *family.stop) if not marker.isspace()
)
"""Every marker of every family: no text of a document may become one of them. The line break that ends a completion
is no marker: every text has some."""


def family(name: str) -> PromptFamily:
    """Return the family of that name. Raises UsageError, which lists the names, for any other."""
    if name not in FAMILIES:
        names = ", ".join((*FAMILIES, TEMPLATE))
        raise UsageError(
            Message("{name!r} is not a prompt family. Available: {names}.", name=name, names=names),
            "unset OAKEN_FAMILY",
        )
    return FAMILIES[name]


def render(family: PromptFamily, turns: Sequence[Turn]) -> list[PromptSegment]:
    """Return the conversation and the opening of the assistant's next turn, as segments.

    Joined, the segments are the prompt as one string. Markers and texts alternate: the plain part of the scaffolding
    (``user\\n``) stands in one segment with the text beside it, because tokens may span the two. A system turn without
    text is left out.
    """
    kept = [turn for turn in turns if turn.role != "system" or turn.text.strip()]
    if family.folds_system:
        kept = _folded(kept)
    past = family.assistant if family.past_assistant is None else family.past_assistant
    openings = {"system": family.system, "user": family.user, "assistant": past}
    ends = {"system": family.system_end, "user": family.user_end, "assistant": family.assistant_end}
    parts: list[PromptSegment] = []
    if family.without_system and not (kept and kept[0].role == "system"):
        parts += _scaffolding(family, family.without_system)
    before: Role | None = None
    for turn in kept:
        opening = openings[turn.role]
        if before == "system" and turn.role == "user" and family.user_after_system is not None:
            opening = family.user_after_system
        parts += [
            *_scaffolding(family, opening),
            PromptSegment(turn.text, False),
            *_scaffolding(family, ends[turn.role]),
        ]
        before = turn.role
    parts += _scaffolding(family, family.assistant)
    joined: list[PromptSegment] = []
    for part in parts:
        if joined and not part.control and not joined[-1].control:
            joined[-1] = PromptSegment(joined[-1].text + part.text, False)
        elif part.text:
            joined.append(part)
    return joined


def _folded(turns: Sequence[Turn]) -> list[Turn]:
    """Return the turns with each system text moved to the beginning of the user's turn that follows."""
    out: list[Turn] = []
    waiting: list[str] = []
    for turn in turns:
        if turn.role == "system":
            waiting.append(turn.text)
        elif turn.role == "user" and waiting:
            out.append(Turn("user", "\n\n".join((*waiting, turn.text))))
            waiting = []
        else:
            out.append(turn)
    return out + [Turn("user", text) for text in waiting]


def _scaffolding(family: PromptFamily, text: str) -> list[PromptSegment]:
    if not family.markers:
        return [PromptSegment(text, False)] if text else []
    by_length = sorted(family.markers, key=len, reverse=True)
    pieces = re.split(f"({'|'.join(map(re.escape, by_length))})", text)
    return [PromptSegment(piece, piece in family.markers) for piece in pieces if piece]


def family_of(metadata: Mapping[str, str], has_token: Callable[[str], bool]) -> tuple[str, str]:
    """Return the name of the family that a GGUF was trained for, and why, as a clause for the user.

    ``metadata`` is the file's own, values as strings; ``has_token`` says whether a string is one special token of the
    vocabulary. OpenAssistant's and ChatML's markers in the chat template decide first, then the special tokens, then
    the name; another template decides last (:data:`TEMPLATE`). Raises ModelError where nothing decides.
    """
    template = metadata.get("tokenizer.chat_template", "")
    oasst = has_token("<|prompter|>") and has_token("<|assistant|>")
    chatml = has_token("<|im_start|>") and has_token("<|im_end|>")
    names = (metadata.get(f"general.{key}", "") for key in ("name", "basename", "finetune", "organization"))
    name = " ".join(names).lower()
    ours = bool(re.search(r"oasst|open[-_ ]?assistant", name))
    if "<|im_start|>" in template:
        if "<think>" in template:
            return "chatml-direct", "its chat template is ChatML, and it would think aloud before it answers"
        return "chatml", "its chat template is ChatML"
    if "<|prompter|>" in template:
        return _oasst_family(metadata, name, has_token), "its chat template has OpenAssistant's markers"
    if oasst and chatml:
        if re.search(r"\bv?10\b", name):
            return "chatml", "it knows both kinds of markers, and the v10 models were trained on ChatML"
        return _oasst_family(metadata, name, has_token), "it knows both kinds of markers: OpenAssistant's own win"
    if oasst:
        return _oasst_family(metadata, name, has_token), "its vocabulary has OpenAssistant's markers"
    if has_token("<human>") and has_token("<bot>"):
        return "human-bot", "its vocabulary has the markers of OpenAssistant's first models"
    if chatml and not template:
        return "chatml", "its vocabulary has ChatML's markers"
    if ours and not template:
        if re.search(r"\bv?10\b", name):
            return "chatml", "its name is that of an OpenAssistant model trained on ChatML"
        return _oasst_family(metadata, name, has_token), "its name is that of an OpenAssistant model"
    if template:
        return TEMPLATE, "it brings a chat template of its own"
    raise ModelError(
        Message(
            "The model's file does not say how to ask it: it has no chat template, and neither "
            "OpenAssistant's markers nor ChatML's."
        ),
        Message(
            "Name its prompt family: export OAKEN_FAMILY=chatml (or one of {families})", families=", ".join(FAMILIES)
        ),
    )


def _oasst_family(metadata: Mapping[str, str], name: str, has_token: Callable[[str], bool]) -> str:
    """Return which of OpenAssistant's families it is: its base model decides, and with it the end token."""
    base = metadata.get("general.architecture", "").lower()
    if base == "falcon":
        return "oasst-falcon"
    if base == "llama" or (base != "gptneox" and has_token("</s>")):
        return "oasst-orca" if "orca" in name else "oasst-llama"
    return "oasst-pythia"
