"""Chooses the prompt family of a model file: by what was asked for, its name, or its header."""

from __future__ import annotations

from rag.errors import ModelError
from rag.model.files.gguf import GgufHeader
from rag.model.files.known_models import known_file
from rag.model.prompting import families
from rag.model.prompting.chat_template import learn


def choose_family(header: GgufHeader, asked: str = "", file: str = "") -> tuple[families.PromptFamily, str]:
    """The prompt family for a file with this header, and why, as a clause; ``asked`` is one asked for, or "". A base
    model says nothing of itself: it is known by the name of its ``file``.

    Raises UsageError for an unknown one, ModelError where none can be told or the file's template cannot be used.
    """
    known = known_file(file)
    if not asked and known is not None and known[0].family == families.COMPLETION:
        return families.family(families.COMPLETION), "it is known as a base model, which goes on with a text"
    name, why = (
        (asked, "it was asked for") if asked else families.family_of(header.metadata, header.markers.__contains__)
    )
    if name != families.TEMPLATE:
        return families.family(name), why
    template = header.metadata.get("tokenizer.chat_template", "")
    if not template:
        raise ModelError("The model's file brings no chat template.", "unset OAKEN_FAMILY")
    tokens = {f"{role}_token": header.token(role) for role in ("bos", "eos")}
    return learn(template, tokens, header.controls), why
