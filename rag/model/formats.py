"""Prompt formats: what a conversation looks like to each family of models, exactly as it was trained.

A table of frozen values and two pure functions; tokens are the worker's business. OpenAssistant's own server
puts nothing between turns and ends each with its base model's end token (``inference/worker/work.py``).
llama-cpp-python's ``oasst_llama`` format is not used: it wraps the system text in Llama-2's ``[INST]``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from rag.errors import ModelError, UsageError
from rag.types import Turn


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a prompt: one control marker, or text that must never become one."""

    text: str
    control: bool


@dataclass(frozen=True, slots=True)
class Family:
    """How one family of models is spoken to: what stands before and after each turn, and where it stops."""

    name: str
    system: str
    user: str
    assistant: str
    end: str
    markers: tuple[str, ...]  # the control tokens of the scaffolding
    stop: tuple[str, ...]  # an answer ends at any of these; they are never shown


def _oasst(name: str, eos: str) -> Family:
    markers = ("<|system|>", "<|prompter|>", "<|assistant|>", eos)
    return Family(name, markers[0], markers[1], markers[2], eos, markers, (eos, *markers[:3]))


_CHATML = Family(
    "chatml",
    "<|im_start|>system\n",
    "<|im_start|>user\n",
    "<|im_start|>assistant\n",
    "<|im_end|>\n",
    ("<|im_start|>", "<|im_end|>"),
    ("<|im_end|>", "<|im_start|>", "<|endoftext|>"),
)

FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        family.name: family
        for family in (
            _oasst("oasst-pythia", "<|endoftext|>"),
            _oasst("oasst-falcon", "<|endoftext|>"),
            _oasst("oasst-llama", "</s>"),
            _oasst("oasst-orca", "</s>"),
            _CHATML,
        )
    }
)

MARKERS: frozenset[str] = frozenset(
    marker for family in FAMILIES.values() for marker in (*family.markers, *family.stop)
)
"""Every marker of every family: no text of a document may become one of them."""


def family(name: str) -> Family:
    """The family of that name. Raises UsageError, which lists the names, for any other."""
    if name not in FAMILIES:
        raise UsageError(f"{name!r} is no prompt family: there are {', '.join(FAMILIES)}.", "unset OAKEN_FAMILY")
    return FAMILIES[name]


def render(family: Family, turns: Sequence[Turn]) -> list[Segment]:
    """The conversation and the opening of the assistant's next turn.

    Joined, the segments are the prompt as one string. Markers and texts alternate: the plain part of the
    scaffolding (``user\\n``) stands in one segment with the text beside it, because tokens may span the two.
    A system turn without text is left out.
    """
    openings = {"system": family.system, "user": family.user, "assistant": family.assistant}
    parts: list[Segment] = []
    for turn in turns:
        if turn.role == "system" and not turn.text.strip():
            continue
        parts += [
            *_scaffolding(family, openings[turn.role]),
            Segment(turn.text, False),
            *_scaffolding(family, family.end),
        ]
    parts += _scaffolding(family, family.assistant)
    joined: list[Segment] = []
    for part in parts:
        if joined and not part.control and not joined[-1].control:
            joined[-1] = Segment(joined[-1].text + part.text, False)
        elif part.text:
            joined.append(part)
    return joined


def _scaffolding(family: Family, text: str) -> list[Segment]:
    pieces = re.split(f"({'|'.join(map(re.escape, family.markers))})", text)
    return [Segment(piece, piece in family.markers) for piece in pieces if piece]


def family_of(metadata: Mapping[str, str], has_token: Callable[[str], bool]) -> tuple[str, str]:
    """The name of the family that a GGUF was trained for, and why, as a clause for the user.

    ``metadata`` is the file's own, values as strings; ``has_token`` says whether a string is one special token of
    the vocabulary. The chat template decides first, then the special tokens, then the name. Raises ModelError
    where nothing decides.
    """
    template = metadata.get("tokenizer.chat_template", "")
    oasst = has_token("<|prompter|>") and has_token("<|assistant|>")
    chatml = has_token("<|im_start|>") and has_token("<|im_end|>")
    names = (metadata.get(f"general.{key}", "") for key in ("name", "basename", "finetune", "organization"))
    name = " ".join(names).lower()
    ours = bool(re.search(r"oasst|open[-_ ]?assistant", name))
    if "<|im_start|>" in template:
        return "chatml", "its chat template is ChatML"
    if "<|prompter|>" in template:
        return _oasst_family(metadata, name, has_token), "its chat template has OpenAssistant's markers"
    if oasst and chatml:
        if re.search(r"\bv?10\b", name):
            return "chatml", "it knows both kinds of markers, and the v10 models were trained on ChatML"
        return _oasst_family(metadata, name, has_token), "it knows both kinds of markers: OpenAssistant's own win"
    if oasst:
        return _oasst_family(metadata, name, has_token), "its vocabulary has OpenAssistant's markers"
    if chatml:
        return "chatml", "its vocabulary has ChatML's markers"
    if ours and not template:
        if re.search(r"\bv?10\b", name):
            return "chatml", "its name is that of an OpenAssistant model trained on ChatML"
        return _oasst_family(metadata, name, has_token), "its name is that of an OpenAssistant model"
    raise ModelError(
        "The model's file does not say how to ask it: it has neither OpenAssistant's markers nor ChatML's.",
        f"Name its prompt family: export OAKEN_FAMILY=chatml (or one of {', '.join(FAMILIES)})",
    )


def _oasst_family(metadata: Mapping[str, str], name: str, has_token: Callable[[str], bool]) -> str:
    """Which of OpenAssistant's families: its base model decides, and with it the end token."""
    base = metadata.get("general.architecture", "").lower()
    if base == "falcon":
        return "oasst-falcon"
    if base == "llama" or (base != "gptneox" and has_token("</s>")):
        return "oasst-orca" if "orca" in name else "oasst-llama"
    return "oasst-pythia"
