"""Adds any sentence-transformers model as an embedder: downloaded, exported in a child process, checked, measured.

torch runs in the child (export_onnx.py) and never here. An added embedder runs like the built-in ones from then on.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from rag.child_process import how_it_ended, run_module
from rag.embedding import hub
from rag.embedding.export_onnx import REFERENCE_FILE, REFERENCE_TEXTS
from rag.embedding.onnx import OnnxEmbedder
from rag.embedding.prepare import Notify, write_prepared
from rag.embedding.registry import (
    ADDED_FOLDER,
    BUILT_IN,
    CARD_FILE,
    EMBEDDER_NAME,
    SOURCE_FILE,
    added_folder,
    source_of,
)
from rag.errors import ModelBrokenError, ModelNotFoundError, UsageError
from rag.interfaces import EmbedderCard, Vectors
from rag.messages import Message, some_names
from rag.storage import private_folder

MAX_TOKENS = 256  # longer chunks are found less well and cost more (benchmarks/HISTORY.md)
_HUB_REPOSITORY = re.compile(r"\w[\w.-]*/\w[\w.-]*")
_CONFIDENCE_MARGIN = 0.1  # a language counts as known if its trust is at most this much below the best one's
_SAME_VECTOR_COSINE = 0.999  # cosine from which on two vectors of a text count as the same
_CHOOSE_ANOTHER_EMBEDDER = "Choose another model: oaken embedder list"
_CALIBRATION = Path(__file__).with_name("calibration.json")


@dataclass(frozen=True, slots=True)
class EmbeddingPrefixes:
    """The prefixes of a question and of a document; None takes what the model's own files say."""

    query: str | None = None
    document: str | None = None


def add(
    models: Path,
    source: str,
    *,
    name: str = "",
    prefixes: EmbeddingPrefixes | None = None,
    notify: Notify | None = None,
    users: Callable[[str], Sequence[str]] | None = None,
) -> EmbedderCard:
    """Add the model in a folder, or a hub's OWNER/NAME, under ``name`` (without one, its own).

    The same name replaces an embedder, but not by another model where ``users`` names libraries with vectors of it.
    Raises UsageError for an unsuitable model or name, ModelNotFoundError where torch or the model is missing,
    ModelBrokenError where it gives no usable vectors.
    """
    tell = notify or (lambda _: None)
    folder = Path(source).expanduser()
    local = folder.is_dir()
    if not local and (not _HUB_REPOSITORY.fullmatch(source) or source.startswith((".", "~"))):
        raise UsageError(
            Message("{source!r} is neither a folder nor an OWNER/NAME.", source=source), "oaken embedder add OWNER/NAME"
        )
    chosen = _checked_name(name or (folder.resolve().name if local else source.partition("/")[2]), source)
    if local and not (folder / hub.MODULES_FILE).exists():
        raise UsageError(
            Message(
                "{folder} is not a sentence-transformers model: {modules_file} is missing.",
                folder=folder,
                modules_file=hub.MODULES_FILE,
            ),
            "oaken embedder add OWNER/NAME",
        )
    target, kept = added_folder(models, chosen), str(folder.resolve()) if local else source
    libraries = users(chosen) if users is not None and target.is_dir() else ()
    if libraries and source_of(models, chosen) != kept:
        raise UsageError(
            Message(
                "The library {names} already uses {chosen}; another model under that name would not fit its vectors.",
                names=some_names(libraries),
                chosen=chosen,
            ),
            f"oaken embedder add {source} --name ANOTHER",
        )
    _require_torch()
    given = folder.resolve() if local else _fetched(models, source, tell)
    made: list[EmbedderCard] = []
    tell(f"Exporting {chosen}: a minute or more for a large model.")
    try:
        write_prepared(
            target, chosen, lambda empty: made.append(_build(given, empty, chosen, kept, prefixes, tell)), replace=True
        )
    except ModelBrokenError as error:
        if not local and not isinstance(error.__cause__, OSError):  # a full disk says nothing against the download
            shutil.rmtree(given, ignore_errors=True)
        raise
    if not local:
        shutil.rmtree(given, ignore_errors=True)
    return made[0]


def remove(models: Path, name: str) -> None:
    """Delete an added embedder. Raises UsageError for a built-in one, or one that does not exist."""
    folder = added_folder(models, name)
    if name in BUILT_IN:
        raise UsageError(Message("{name} is built in.", name=name), "oaken embedder list")
    if not EMBEDDER_NAME.fullmatch(name) or not folder.is_dir():
        raise UsageError(Message("No embedder named {name!r} was added.", name=name), "oaken embedder list")
    aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{name}."))
    folder.rename(aside / name)  # gone at once for everybody, then deleted
    shutil.rmtree(aside, ignore_errors=True)


def calibrated(embedder: OnnxEmbedder, pairs: Mapping[str, list[list[str]]] | None = None) -> EmbedderCard:
    """Return the embedder's card with trust, ``floor`` and ``unrelated`` measured on questions and their answers.

    Trust is how often a question is nearest to its own answer, and an answer to its own question, beyond chance: (share
    - 1/n) / (1 - 1/n). A language that was not measured gets the least of all: a monolingual model knows nothing of it.
    The floor is the median cosine of mismatched pairs, in the languages that are known; ``unrelated`` is its mean and
    its standard deviation within a language.
    """
    trust: dict[str, float] = {}
    strange: dict[str, Any] = {}
    asked: dict[str, Any] = {}
    said: dict[str, Any] = {}
    for code, pairs_of_language in (pairs or json.loads(_CALIBRATION.read_text(encoding="utf-8"))).items():
        questions = np.stack([embedder.embed_query(question) for question, _ in pairs_of_language])
        answers = embedder.embed_documents([answer for _, answer in pairs_of_language])
        cosines = questions @ answers.T
        asked[code], said[code] = questions, answers
        own, n = np.arange(len(pairs_of_language)), len(pairs_of_language)
        share = float(np.mean([cosines.argmax(axis=1) == own, cosines.argmax(axis=0) == own]))
        trust[code] = round(max(0.0, (share - 1 / n) / (1 - 1 / n)), 2)
        strange[code] = cosines[~np.eye(n, dtype=bool)]
    known = [code for code in trust if trust[code] >= max(trust.values()) - _CONFIDENCE_MARGIN]
    apart = np.concatenate([strange[code] for code in known])
    floor = round(min(max(float(np.median(apart)), 0.0), 0.99), 3)
    spread = float(np.mean([strange[code].std() for code in known]))
    unrelated = (round(float(apart.mean()), 3), round(max(spread, 0.001), 3))
    across = [float((asked[a] @ said[b].T).mean()) for a in known for b in known if a != b]
    return replace(
        embedder.card,
        trust_by_language={**trust, "": min(trust.values())},
        floor=floor,
        unrelated=unrelated,
        across=round(float(np.mean(across)), 3) if across else None,
    )


def _checked_name(name: str, source: str) -> str:
    if name in BUILT_IN:
        raise UsageError(Message("{name} is built in.", name=name), f"oaken embedder add {source} --name ANOTHER")
    if not EMBEDDER_NAME.fullmatch(name):
        raise UsageError(
            Message("{name!r} is not a valid name: use letters, digits, '-', '_' and '.', 64 at most.", name=name),
            f"oaken embedder add {source} --name NAME",
        )
    return name


def _require_torch() -> None:
    missing = [each for each in ("torch", "sentence_transformers") if importlib.util.find_spec(each) is None]
    if missing:
        raise ModelNotFoundError(
            Message("Adding an embedder needs {names} to export the model.", names=" and ".join(missing)),
            Message("Install it with: pip install sentence-transformers"),
        )


def _fetched(models: Path, repository: str, notify: Notify) -> Path:
    import fasteners

    part = models / ADDED_FOLDER / ".parts" / repository.replace("/", "--")
    try:
        private_folder(part)
    except OSError as error:
        raise ModelBrokenError(
            Message("Cannot write to {folder}: {error}.", folder=part.parent, error=error.strerror or error),
            Message("Choose another folder: export OAKEN_HOME=FOLDER"),
        ) from error
    alone = fasteners.InterProcessLock(part.with_name(f"{part.name}.lock"))
    if not alone.acquire(blocking=False):
        raise ModelNotFoundError(
            Message("Another process is downloading {repository}.", repository=repository),
            Message("Wait for it to finish, or stop it."),
        )
    try:
        hub.fetch(repository, part, notify)
    finally:
        alone.release()
    return part


def _build(
    source: Path, scratch: Path, name: str, kept: str, prefixes: EmbeddingPrefixes | None, notify: Notify
) -> EmbedderCard:
    _export(source, scratch, name)
    try:
        card = EmbedderCard(name=name, **json.loads((scratch / CARD_FILE).read_text(encoding="utf-8")))
        reference = np.array(json.loads((scratch / REFERENCE_FILE).read_text(encoding="utf-8")), np.float32)
        (scratch / REFERENCE_FILE).unlink()
    except (OSError, ValueError, TypeError) as error:
        raise ModelBrokenError(
            Message("The export of {name} is incomplete: {error}.", name=name, error=error), "oaken doctor"
        ) from error
    wish = prefixes or EmbeddingPrefixes()
    card = replace(
        card,
        max_tokens=min(card.max_tokens, MAX_TOKENS),
        query_prefix=card.query_prefix if wish.query is None else wish.query,
        document_prefix=card.document_prefix if wish.document is None else wish.document,
    )
    bare = OnnxEmbedder.open(scratch, replace(card, query_prefix="", document_prefix=""), hint=_CHOOSE_ANOTHER_EMBEDDER)
    _check_vectors(bare, reference)
    embedder = OnnxEmbedder.open(scratch, card, hint=_CHOOSE_ANOTHER_EMBEDDER)
    notify(f"Measuring which languages {name} knows.")
    card = calibrated(embedder)
    fields = asdict(card)
    del fields["name"]
    fields["trust"] = fields.pop("trust_by_language")
    (scratch / CARD_FILE).write_text(json.dumps(fields, ensure_ascii=False, indent=1), encoding="utf-8")
    (scratch / SOURCE_FILE).write_text(json.dumps({"source": kept}, ensure_ascii=False), encoding="utf-8")
    return card


def _export(source: Path, scratch: Path, name: str) -> None:
    offline = {**os.environ, "HF_HUB_OFFLINE": "1"}
    done = run_module("rag.embedding.export_onnx", str(source), str(scratch), environment=offline)
    if done.returncode:
        why = how_it_ended(done).rstrip(".")
        raise ModelBrokenError(
            Message("{name} cannot be exported: {why}.", name=name, why=why), _CHOOSE_ANOTHER_EMBEDDER
        )


def _check_vectors(embedder: OnnxEmbedder, reference: Vectors) -> None:
    """Compare the vectors of ``REFERENCE_TEXTS``, alone and in a batch, with sentence-transformers' own.

    Raises ModelBrokenError.
    """
    card = embedder.card
    with np.errstate(all="ignore"):  # a model of zeros
        batch = embedder.embed_documents(REFERENCE_TEXTS)
        alone = np.concatenate([embedder.embed_documents([text]) for text in REFERENCE_TEXTS])
    if reference.shape != batch.shape or not all(np.isfinite(each).all() for each in (batch, alone, reference)):
        raise ModelBrokenError(
            Message("{card} does not return vectors of {dimension} numbers.", card=card.name, dimension=card.dimension),
            _CHOOSE_ANOTHER_EMBEDDER,
        )
    if float((batch * alone).sum(axis=1).min()) < _SAME_VECTOR_COSINE:
        raise ModelBrokenError(
            Message("{card} returns another vector for the same text in a batch.", card=card.name),
            _CHOOSE_ANOTHER_EMBEDDER,
        )
    if float((batch * reference).sum(axis=1).min()) < _SAME_VECTOR_COSINE:
        raise ModelBrokenError(
            Message("{card} returns other vectors here than in sentence-transformers.", card=card.name),
            _CHOOSE_ANOTHER_EMBEDDER,
        )
