"""Downloads a sentence-transformers model from a hub, because the user asked for it: only the files that are needed.

huggingface_hub's own partial files do not outlive a stop; these do: a download resumes where it was, within a file too.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from rag.embedding.prepare import Notify
from rag.errors import ModelBrokenError, ModelNotFoundError, UsageError
from rag.messages import Message
from rag.settings import require_online
from rag.storage import private_folder

MODULES_FILE = "modules.json"  # every sentence-transformers model has it
_CONFIG_FILES = frozenset(
    "config.json config_sentence_transformers.json sentence_bert_config.json tokenizer.json tokenizer_config.json "
    "special_tokens_map.json added_tokens.json vocab.txt vocab.json merges.txt sentencepiece.bpe.model spiece.model "
    "tokenizer.model".split()
)
_WEIGHTS = (  # the first form that a folder of the repository has
    re.compile(r"model\.safetensors"),
    re.compile(r"model(-\d{5}-of-\d{5}\.safetensors|\.safetensors\.index\.json)"),
    re.compile(r"pytorch_model\.bin"),
)
_MODULE = re.compile(r"\d+_\w+")  # a folder such as 1_Pooling
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DOWNLOAD_STEP_BYTES = 2**20  # bytes at a time: what a stop may lose


def fetch(repository: str, folder: Path, notify: Notify | None = None) -> None:
    """Download the repository's model into ``folder``, which may hold what an earlier download left.

    Raises ModelNotFoundError where the hub cannot be reached or does not have it, UsageError where it is no
    sentence-transformers model, ModelBrokenError where the download is not what the hub has.
    """
    with _translated(repository):
        from huggingface_hub import HfApi

        info = HfApi(endpoint=_endpoint(), token=_token()).model_info(repository)
        names = wanted([each.rfilename for each in info.siblings or ()])
        if MODULES_FILE not in names:
            raise UsageError(
                Message(
                    "{repository} is not a sentence-transformers model: {modules_file} is missing.",
                    repository=repository,
                    modules_file=MODULES_FILE,
                ),
                "oaken embedder add OWNER/NAME",
            )
        for at, name in enumerate(names, 1):
            if notify is not None:
                notify(f"{repository}: {name} ({at} of {len(names)})")
            _file(repository, str(info.sha), name, folder / name)


def wanted(files: Collection[str]) -> list[str]:
    """Return the files needed of a repository: configuration, tokenizer, and one form of each module's weights."""
    folders: dict[str, list[str]] = {}
    for file in sorted(files):
        parent = str(PurePosixPath(file).parent)
        if parent == "." or _MODULE.fullmatch(parent):
            folders.setdefault(parent, []).append(file)
    chosen = [file for file in folders.get(".", ()) if file == MODULES_FILE]
    for inside in folders.values():
        chosen += [file for file in inside if PurePosixPath(file).name in _CONFIG_FILES]
        found = ([file for file in inside if form.fullmatch(PurePosixPath(file).name)] for form in _WEIGHTS)
        chosen += next(filter(None, found), [])
    return chosen


def _file(repository: str, commit: str, name: str, target: Path) -> None:
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.file_download import http_get

    url = hf_hub_url(repository, name, revision=commit, endpoint=_endpoint())
    facts = get_hf_file_metadata(url, token=_token(), library_name="oaken")
    if target.exists() and (facts.size is None or target.stat().st_size == facts.size):
        return
    # Named by its contents: the rest of another version is never added to it.
    part = target.with_name(f"{target.name}.{hashlib.sha256((facts.etag or commit).encode()).hexdigest()[:8]}.part")
    private_folder(part.parent)
    headers = {"user-agent": "oaken", "accept-encoding": "identity"}
    if token := _token():
        headers["authorization"] = f"Bearer {token}"
    with part.open("ab") as file:
        begun = file.tell()
        if facts.size is not None and begun > facts.size:
            begun = file.truncate(0)
        http_get(url, file, resume_size=begun, headers=headers, expected_size=facts.size, displayed_filename=name)
    if _SHA256.fullmatch(facts.etag or "") and _sha256(part) != facts.etag:
        part.unlink()
        raise ModelBrokenError(
            Message(
                "The download of {name} from {repository} has the wrong checksum and was deleted.",
                name=name,
                repository=repository,
            ),
            Message("Try again: oaken embedder add {repository}", repository=repository),
        )
    part.replace(target)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _endpoint() -> str | None:
    return os.environ.get("HF_ENDPOINT") or None


def _token() -> str | bool:
    return os.environ.get("HF_TOKEN") or False


@contextmanager
def _translated(repository: str) -> Iterator[None]:
    """Translate the errors of huggingface_hub and its transport into ours."""
    require_online(Message("Nothing is downloaded"))
    import httpx2
    from huggingface_hub import constants, errors
    from huggingface_hub.utils.tqdm import disable_progress_bars

    constants.HF_HUB_DISABLE_TELEMETRY = True  # requests would name what is installed here
    constants.DOWNLOAD_CHUNK_SIZE = _DOWNLOAD_STEP_BYTES
    disable_progress_bars()
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    again = f"Check the network, then run it again (it resumes): oaken embedder add {repository}"
    try:
        yield
    except errors.GatedRepoError as error:
        raise ModelNotFoundError(
            Message("{repository} requires you to accept its terms on Hugging Face first.", repository=repository),
            "export HF_TOKEN=YOUR_TOKEN",
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise ModelNotFoundError(
            Message("The repository {repository} does not exist or is private.", repository=repository),
            "oaken embedder add OWNER/NAME",
        ) from error
    except errors.OfflineModeIsEnabled as error:
        raise ModelNotFoundError(
            Message("HF_HUB_OFFLINE forbids downloads."), "unset HF_HUB_OFFLINE TRANSFORMERS_OFFLINE"
        ) from error
    except (errors.HfHubHTTPError, httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
        raise ModelNotFoundError(
            Message(
                "{repository} could not be downloaded from Hugging Face: {error}.",
                repository=repository,
                error=_error_line(error),
            ),
            again,
        ) from error


def _error_line(error: Any) -> str:
    code = getattr(getattr(error, "response", None), "status_code", 0)
    if code:
        return f"the server answered with status {code}"
    if "Consistency check failed" in str(error):
        return "the download was interrupted"
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
