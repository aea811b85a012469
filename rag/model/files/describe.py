"""What a GGUF file says of itself, told without loading it: its family and why, its window, what it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rag.errors import OakenError, UsageError
from rag.model.files.check import check_gguf
from rag.model.files.family import choose_family
from rag.model.files.gguf import GgufHeader
from rag.model.files.known_models import languages_of
from rag.model.files.memory import cache_bytes, need, work_bytes

# Either spelling is written by converters; the second is the older.
_FILL = (
    ("tokenizer.ggml.fim_pre_token_id", "tokenizer.ggml.prefix_token_id"),
    ("tokenizer.ggml.fim_suf_token_id", "tokenizer.ggml.suffix_token_id"),
    ("tokenizer.ggml.fim_mid_token_id", "tokenizer.ggml.middle_token_id"),
)


@dataclass(frozen=True, slots=True)
class ModelFileInfo:
    """A file's own account; "" and 0 where it is silent."""

    path: Path
    size: int  # bytes
    title: str
    architecture: str
    parameters: str  # as the file labels it: "13B"; otherwise counted
    family: str  # prompt family, or "" where it cannot be told
    why: str  # why that family; or why none
    context: int  # tokens it was trained for
    languages: tuple[str, ...]
    license: str
    template: bool  # whether it carries a chat template
    fills: bool  # whether it can complete between a prefix and a suffix
    cache: int  # bytes of cache for each token
    work: int = 0  # bytes of work buffers for each token of the window

    def need(self, window: int) -> int:
        """Bytes of memory that it takes with this window, cut to what it was trained for."""
        return need(self.size, self.cache, min(window, self.context or window), self.work)


def facts(path: Path, family: str = "") -> ModelFileInfo:
    """The file's account of itself; ``family`` is the one asked for, "" finds it.

    Raises ModelNotFoundError, ModelBrokenError, UsageError for an unknown family.
    """
    header = check_gguf(path)
    said = header.metadata
    name, why = _family(header, family, path.name)
    return ModelFileInfo(
        path=path,
        size=path.stat().st_size,
        title=said.get("general.name", ""),
        architecture=said.get("general.architecture", ""),
        parameters=said.get("general.size_label", "") or _label(header.parameters),
        family=name,
        why=why,
        context=header.trained_window,
        languages=languages_of(path.name) or header.languages,
        license=said.get("general.license", ""),
        template="tokenizer.chat_template" in said,
        fills=fill_tokens(said) is not None,
        cache=cache_bytes(said),
        work=work_bytes(said),
    )


def fill_tokens(metadata: Mapping[str, str]) -> tuple[int, int, int] | None:
    """The tokens before a prefix, a suffix and the middle that is to be written, or None where the file names none."""
    values = [next((metadata[key] for key in keys if key in metadata), "") for keys in _FILL]
    if not all(value.isdecimal() for value in values):
        return None
    before, after, middle = map(int, values)
    return before, after, middle


def _family(header: GgufHeader, asked: str, file: str) -> tuple[str, str]:
    """The family's name and why; "" and why not. Raises UsageError for an unknown one that was asked for."""
    try:
        family, why = choose_family(header, asked, file)
    except UsageError:
        raise
    except OakenError as error:
        return "", error.message
    return family.name, why


def _label(parameters: int) -> str:
    """As files label their sizes: "13B", "135M"."""
    for unit, scale in (("B", 1e9), ("M", 1e6), ("K", 1e3)):
        if parameters >= scale:
            return f"{parameters / scale:.3g}{unit}"
    return str(parameters)
