"""A GGUF file's description, read without loading it: prompt family and why, context length, memory need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rag.errors import OakenError, UsageError
from rag.model.files.check import check_gguf
from rag.model.files.family import choose_family
from rag.model.files.gguf import GgufHeader
from rag.model.files.known_models import languages_of
from rag.model.files.memory import bytes_needed, cache_bytes, work_bytes

# Converters write either spelling; the second is the older.
_FILL = (
    ("tokenizer.ggml.fim_pre_token_id", "tokenizer.ggml.prefix_token_id"),
    ("tokenizer.ggml.fim_suf_token_id", "tokenizer.ggml.suffix_token_id"),
    ("tokenizer.ggml.fim_mid_token_id", "tokenizer.ggml.middle_token_id"),
)


@dataclass(frozen=True, slots=True)
class ModelFileInfo:
    """The file's metadata; "" and 0 where it has none."""

    path: Path
    size: int  # bytes
    title: str
    architecture: str
    parameters: str  # from the file's label, such as "13B"; otherwise counted
    family: str  # prompt family, or "" where none can be determined
    why: str  # why that family, or why none
    context: int  # tokens: the trained context length
    languages: tuple[str, ...]
    license: str
    template: bool  # whether it has a chat template
    fills: bool  # whether it can fill in between a prefix and a suffix
    cache: int  # bytes of KV cache per token
    work: int = 0  # bytes of compute buffers per token of the window

    def need(self, window: int) -> int:
        """Return the bytes of memory that it takes with this window, capped at the trained context length."""
        return bytes_needed(self.size, self.cache, min(window, self.context or window), self.work)


def facts(path: Path, family: str = "") -> ModelFileInfo:
    """Return the description of a model file; ``family`` is the one asked for, "" detects it.

    Raises ModelNotFoundError, ModelBrokenError, UsageError for an unknown family.
    """
    header = check_gguf(path)
    metadata = header.metadata
    name, why = _family(header, family, path.name)
    return ModelFileInfo(
        path=path,
        size=path.stat().st_size,
        title=metadata.get("general.name", ""),
        architecture=metadata.get("general.architecture", ""),
        parameters=metadata.get("general.size_label", "") or _label(header.parameters),
        family=name,
        why=why,
        context=header.trained_window,
        languages=languages_of(path.name) or header.languages,
        license=metadata.get("general.license", ""),
        template="tokenizer.chat_template" in metadata,
        fills=fill_tokens(metadata) is not None,
        cache=cache_bytes(metadata),
        work=work_bytes(metadata),
    )


def fill_tokens(metadata: Mapping[str, str]) -> tuple[int, int, int] | None:
    """Return the prefix, suffix and middle tokens for filling in the middle; None where the file names none."""
    values = [next((metadata[key] for key in keys if key in metadata), "") for keys in _FILL]
    if not all(value.isdecimal() for value in values):
        return None
    before, after, middle = map(int, values)
    return before, after, middle


def _family(header: GgufHeader, requested: str, file: str) -> tuple[str, str]:
    """Return the family's name and why; "" and why not. Raises UsageError where the one asked for is unknown."""
    try:
        family, why = choose_family(header, requested, file)
    except UsageError:
        raise
    except OakenError as error:
        return "", error.message
    return family.name, why


def _label(parameters: int) -> str:
    """Return a size label as model files write it: "13B", "135M"."""
    for unit, scale in (("B", 1e9), ("M", 1e6), ("K", 1e3)):
        if parameters >= scale:
            return f"{parameters / scale:.3g}{unit}"
    return str(parameters)
