"""Chooses the prompt family of a model file: by request, by its name, or by its header."""

from __future__ import annotations

from rag.errors import ModelError
from rag.messages import Message
from rag.model.files.gguf import GgufHeader
from rag.model.files.known_models import known_file
from rag.model.prompting import families
from rag.model.prompting.chat_template import learn


def choose_family(header: GgufHeader, requested: str = "", file: str = "") -> tuple[families.PromptFamily, str]:
    """Return the prompt family for a file with this header, and why, as a clause.

    ``requested`` is the requested family, or "". A base model's header does not identify it: it is known by the name of
    its ``file``. Raises UsageError for an unknown family, ModelError where none can be determined or the file's
    template cannot be used.
    """
    known = known_file(file)
    if not requested and known is not None and known[0].family == families.COMPLETION:
        return families.family(families.COMPLETION), "it is known as a base model, which goes on with a text"
    name, why = (
        (requested, "it was asked for")
        if requested
        else families.family_of(header.metadata, header.markers.__contains__)
    )
    if name != families.TEMPLATE:
        return families.family(name), why
    template = header.metadata.get("tokenizer.chat_template", "")
    if not template:
        raise ModelError(Message("The model's file brings no chat template."), "unset OAKEN_FAMILY")
    tokens = {f"{role}_token": header.token(role) for role in ("bos", "eos")}
    return learn(template, tokens, header.controls), why
