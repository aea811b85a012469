"""Downloads a GGUF file from a Hugging Face repository, because the user asked for it.

The only module that goes online for a file. A download is accepted only if its size and checksum are those that the
repository gives.

huggingface_hub 2.4 starts again after a stop (its partial file has a random name and is deleted); so the partial file
is ours, named by the expected checksum, and only the requests are its.
"""

from __future__ import annotations

import io
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from rag.errors import ModelBrokenError, ModelError, UsageError
from rag.messages import Message
from rag.model.files.check import check_gguf
from rag.model.files.known_models import KnownModel, known
from rag.model.files.store import (
    FileNote,
    ProgressCallback,
    StoredFile,
    find_stored,
    keep,
    require_room,
    sha256_of,
    size_text,
    store_folder,
)
from rag.settings import require_online
from rag.storage import private_folder

_SHA256 = re.compile(r"[0-9a-f]{64}")
_MODEL_REPOSITORY = re.compile(r"\w[\w.-]*/\w[\w.-]*")
_GGUF_NAME = re.compile(r"(?!.*\.\.)\w[\w./+-]*\.gguf", re.IGNORECASE)
_SPLIT_FILE_NAME = re.compile(r"-\d{5}-of-\d{5}\.gguf$|\.gguf[-.]split", re.IGNORECASE)
UNREACHED_HINT = Message("Connect to the internet and try again, or copy the file from another computer.")
_TRY_AGAIN = Message("Try again: it resumes where it stopped.")
_DOWNLOAD_BYTES = 2**20  # bytes at a time: what a stop may lose


def resolve_name(name: str) -> KnownModel:
    """Return the model for a name from the table or a repository ``OWNER/NAME``. Raises UsageError."""
    found = known(name)
    if found is not None:
        return found
    if _MODEL_REPOSITORY.fullmatch(name):
        return KnownModel(name, "", 0, name, 0, 0, repo=name)
    raise UsageError(
        Message("{name!r} is neither a known model nor a repository OWNER/NAME.", name=name),
        Message("See the known models: oaken models"),
    )


def chosen_file(model: KnownModel, wanted: str = "") -> str:
    """Return the name of the file to download.

    It is the table's first, or the one that ``wanted`` names in full or in part ("Q8_0"). "" where the table knows no
    file and none is named. Raises UsageError for a model without a known GGUF, and for an invalid file name.
    """
    if not model.repo:
        raise UsageError(
            Message("{name} cannot be downloaded: {note}.", name=model.name, note=model.note),
            Message("See the others: oaken models"),
        )
    if not wanted:
        return model.files[0].file if model.files else ""
    ends = [offer.file for offer in model.files if offer.file.lower().endswith(f"{wanted.lower()}.gguf")]
    file = ends[0] if len(ends) == 1 else wanted
    if not _GGUF_NAME.fullmatch(file):
        offered = ", ".join(offer.file for offer in model.files) or Message("see its repository's page")
        raise UsageError(
            Message("{wanted!r} is not a GGUF file of {name}.", wanted=wanted, name=model.name),
            Message("It has: {offered}", offered=offered),
        )
    if _SPLIT_FILE_NAME.search(file):
        raise UsageError(
            Message("{file} is one of several parts of a model, which Oaken does not join.", file=file),
            Message("Choose a smaller one."),
        )
    return file


def pull(model: KnownModel, file: str, home: Path, on_progress: ProgressCallback | None = None) -> StoredFile:
    """Download ``file`` of the model's repository into the store, or resume a stopped download.

    Returns at once where it is there already. Raises ModelError where the repository cannot be reached or gives no
    checksum, where the disk is full, and where another process downloads the same file; ModelBrokenError where the
    bytes are not those that were promised, or are no model. A Ctrl-C keeps what has arrived.
    """
    folder = store_folder(home)
    target = folder / Path(file).name
    with _translated(model, file):
        size, sha, commit = _file_info(model.repo, file)
    pinned = next((offer.sha256 for offer in model.files if offer.file == file and offer.sha256), "")
    if pinned and pinned != sha:
        raise ModelBrokenError(
            Message(
                "{repo} now offers another {file} than the one known to Oaken (checksum {sum} …).",
                repo=model.repo,
                file=file,
                sum=sha[:12],
            ),
            Message("If you trust it, download it yourself, then: oaken models add PATH --allow-unverified"),
        )
    stored_file = find_stored(home, target.name)
    if stored_file is not None and stored_file.exists and stored_file.note.sha256 == sha:
        return stored_file
    part = folder / ".parts" / sha / target.name
    private_folder(part.parent)
    note = FileNote(model.name if known(model.name) else "", sha, f"{model.repo}@{commit}", True)
    with _exclusive(part.parent / "lock", file):
        begun = part.stat().st_size if part.exists() else 0
        if begun > size:
            part.unlink()
            begun = 0
        require_room(folder, size - begun, f"The rest of {file}" if begun else file)
        with _translated(model, file):
            _fetch(model.repo, file, commit, part, size, begun, on_progress)
        if sha256_of(part, on_progress) != sha:
            part.unlink()
            raise ModelBrokenError(
                Message(
                    "What arrived is not {file}: its checksum differs from the repository's, so it was deleted.",
                    file=file,
                ),
                Message("Try again; if it happens again, something on the way changes the file."),
            )
        try:
            check_gguf(part)
        except ModelBrokenError:
            part.unlink()
            raise
        kept = keep(part, target, note)
    (part.parent / "lock").unlink(missing_ok=True)
    part.parent.rmdir()
    return kept


def offered_files(repo: str) -> list[str]:
    """Return the GGUF files that a repository lists. Raises ModelError where it cannot be reached."""
    with _translated(KnownModel(repo, "", 0, repo, 0, 0, repo=repo), ""):
        from huggingface_hub import HfApi

        api = HfApi(endpoint=_endpoint(), token=_token())
        return sorted(file for file in api.list_repo_files(repo) if file.lower().endswith(".gguf"))


class _PartialFile(io.RawIOBase):
    """The partial file as the downloader sees it: reports progress, and refuses more bytes than were promised."""

    def __init__(self, file: BinaryIO, size: int, on_progress: ProgressCallback | None) -> None:
        self._file = file
        self._size = size
        self._on_progress = on_progress

    def write(self, data: Any) -> int:
        at = self._file.tell()
        if at + len(data) > self._size:
            raise _TooManyBytesError
        self._file.write(data)
        if self._on_progress is not None:
            self._on_progress("downloading", at + len(data), self._size)
        return len(data)

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, at: int, whence: int = 0) -> int:
        return self._file.seek(at, whence)

    def truncate(self, size: int | None = None) -> int:
        return self._file.truncate(size)


class _TooManyBytesError(Exception):
    """The server sends more bytes than the file has."""


def _fetch(
    repo: str, file: str, commit: str, part: Path, size: int, begun: int, on_progress: ProgressCallback | None
) -> None:
    from huggingface_hub import hf_hub_url
    from huggingface_hub.file_download import http_get

    url = hf_hub_url(repo, file, revision=commit, endpoint=_endpoint())
    headers = {"user-agent": "oaken", "accept-encoding": "identity"}
    if token := _token():
        headers["authorization"] = f"Bearer {token}"
    with part.open("ab") as opened:
        opened.seek(begun)
        http_get(
            url,
            cast("BinaryIO", _PartialFile(opened, size, on_progress)),
            resume_size=begun,
            headers=headers,
            expected_size=size,
            displayed_filename=file,
        )
        opened.flush()
        os.fsync(opened.fileno())


def _file_info(repo: str, file: str) -> tuple[int, str, str]:
    """Return size in bytes, SHA-256 and commit of a repository's file."""
    from huggingface_hub import get_hf_file_metadata, hf_hub_url

    facts = get_hf_file_metadata(hf_hub_url(repo, file, endpoint=_endpoint()), token=_token(), library_name="oaken")
    sha = (facts.etag or "").lower()
    if not _SHA256.fullmatch(sha) or not facts.size or facts.size < 0 or not facts.commit_hash:
        raise ModelError(
            Message(
                "The repository {repo} gives no size or no checksum for {file}, so it could not be checked.",
                repo=repo,
                file=file,
            ),
            Message("Download it yourself if you trust it, then: oaken models add PATH --allow-unverified"),
        )
    return facts.size, sha, facts.commit_hash


def _endpoint() -> str | None:
    return os.environ.get("HF_ENDPOINT") or None


def _token() -> str | bool:
    return os.environ.get("HF_TOKEN") or False


@contextmanager
def _exclusive(lock: Path, file: str) -> Iterator[None]:
    import fasteners

    process_lock = fasteners.InterProcessLock(lock)
    if not process_lock.acquire(blocking=False):
        raise ModelError(
            Message("Another process is downloading {file}.", file=file), Message("Wait for it, or stop it.")
        )
    try:
        yield
    finally:
        process_lock.release()


@contextmanager
def _translated(model: KnownModel, file: str) -> Iterator[None]:
    """Translate the errors of huggingface_hub and its transport into ours."""
    require_online(Message("Nothing is downloaded"))
    import httpx2
    from huggingface_hub import constants, errors
    from huggingface_hub.utils.tqdm import disable_progress_bars

    # Otherwise the first request would be followed by one that asks which agents exist, and each would name what is
    # installed here. Environment variables would do, but only before its first import.
    constants.HF_HUB_DISABLE_TELEMETRY = True
    constants.DOWNLOAD_CHUNK_SIZE = _DOWNLOAD_BYTES
    disable_progress_bars()
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    what = Message("{part} of {whole}", part=file, whole=model.repo) if file else model.repo
    try:
        yield
    except (errors.EntryNotFoundError, errors.RevisionNotFoundError) as error:
        raise ModelError(
            Message("{repo} has no file {file}.", repo=model.repo, file=file),
            Message("See what it has: oaken models pull {name}", name=model.name),
        ) from error
    except errors.GatedRepoError as error:
        raise ModelError(
            Message("{repo} gives its files only to those who accepted its terms.", repo=model.repo),
            "export HF_TOKEN=YOUR_TOKEN",
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise ModelError(
            Message("There is no repository {repo}, or it is private.", repo=model.repo), Message("See: oaken models")
        ) from error
    except errors.OfflineModeIsEnabled as error:
        raise ModelError(
            Message("HF_HUB_OFFLINE forbids downloads."), "unset HF_HUB_OFFLINE TRANSFORMERS_OFFLINE"
        ) from error
    except httpx2.ConnectError as error:
        server = _endpoint() or constants.ENDPOINT
        raise ModelError(
            Message("{what} could not be downloaded: {server} cannot be reached.", what=what, server=server),
            UNREACHED_HINT,
        ) from error
    except (errors.HfHubHTTPError, httpx2.HTTPError, httpx2.InvalidURL) as error:
        code = getattr(getattr(error, "response", None), "status_code", 0)
        message = (
            f"its server answered {code}"
            if code
            else f"{str(error).splitlines()[0] if str(error) else type(error).__name__}"
        )
        raise ModelError(
            Message("{what} could not be downloaded: {why}.", what=what, why=message.rstrip(".")), _TRY_AGAIN
        ) from error
    except _TooManyBytesError as error:
        raise ModelError(
            Message("{what} could not be downloaded: more bytes come than the file has.", what=what), _TRY_AGAIN
        ) from error
    except OSError as error:
        if "Consistency check failed" in str(error):
            raise ModelError(
                Message(
                    "The download of {what} stopped: fewer bytes came than {size}.", what=what, size=in_units_of(error)
                ),
                _TRY_AGAIN,
            ) from error
        raise ModelError(Message("{what} could not be saved: {why}.", what=what, why=error), _TRY_AGAIN) from error
    except ValueError as error:  # a file over 50 GB
        raise ModelError(
            Message("{what} could not be downloaded: {why}", what=what, why=str(error).strip()),
            Message("Choose a smaller file."),
        ) from error


def in_units_of(error: OSError) -> str:
    """Return the size that huggingface_hub's message names, formatted for people."""
    match = re.search(r"should be of size (\d+)", str(error))
    return size_text(int(match[1])) if match else "were promised"
