"""The password of the page, where other machines can reach it: kept as scrypt's hash with a salt, never as it is."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import secrets
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.errors import OakenError, UsageError

PASSWORD_FILE = "ui-password.json"
FILE_VARIABLE = "OAKEN_UI_PASSWORD_FILE"
SHORTEST = 10  # characters
MAX_PASSWORD_BYTES = 1024  # bytes, so that no one sends a book to be hashed
_COST = {"n": 2**15, "r": 8, "p": 1}  # 32 MB and about a tenth of a second for each try
_SCRYPT_MEMORY = 128 * 2**20
_HOW_TO_SET = "oaken ui --set-password"


@dataclass(frozen=True, slots=True)
class PasswordHash:
    """What a password is told by: its hash, and how that came about."""

    salt: str  # base64
    hash: str  # base64
    n: int
    r: int
    p: int

    @classmethod
    def of(cls, words: str) -> PasswordHash:
        """Hash a password. Raises UsageError for one that is too short or too long."""
        if len(words) < SHORTEST or len(words.encode()) > MAX_PASSWORD_BYTES:
            raise UsageError(
                f"The password must have {SHORTEST} characters or more, and at most {MAX_PASSWORD_BYTES} bytes.",
                _HOW_TO_SET,
            )
        salt = secrets.token_bytes(16)
        made = _scrypt(words, salt, **_COST)
        return cls(base64.b64encode(salt).decode(), base64.b64encode(made).decode(), **_COST)

    def matches(self, words: str) -> bool:
        """Whether that is the password. Takes a tenth of a second of a core, the same for every answer."""
        if len(words.encode(errors="replace")) > MAX_PASSWORD_BYTES:
            return False
        made = _scrypt(words, base64.b64decode(self.salt), self.n, self.r, self.p)
        return hmac.compare_digest(made, base64.b64decode(self.hash))


def _scrypt(words: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    secret = words.encode(errors="replace")
    return hashlib.scrypt(secret, salt=salt, n=n, r=r, p=p, dklen=32, maxmem=_SCRYPT_MEMORY)


def keep(home: Path, password: PasswordHash) -> Path:
    """Write it to the home, where only this person may read it; the file."""
    path = home / PASSWORD_FILE
    try:
        home.mkdir(parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(dir=home, prefix=".password")  # mode 600
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                json.dump(asdict(password), file)
            Path(scratch).replace(path)
        except BaseException:
            Path(scratch).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OakenError(f"The password cannot be kept in {path}: {error}.", "export OAKEN_HOME=FOLDER") from error
    return path


def kept(home: Path) -> PasswordHash | None:
    """The password of the home, or None where none was set. Raises OakenError for a file that is damaged."""
    path = home / PASSWORD_FILE
    try:
        fields = json.loads(path.read_text(encoding="ascii"))
        password = PasswordHash(**fields)
        password.matches("")  # that it can be told by at all is found out now, not at the door
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise OakenError(f"The password in {path} cannot be read.", f"Set it again: {_HOW_TO_SET}") from error
    return password


def demanded(home: Path) -> PasswordHash:
    """The password that whoever comes from another machine must know: from the file that OAKEN_UI_PASSWORD_FILE names,
    else the one kept in the home, else asked for in the terminal and kept.

    Raises UsageError where there is none and nobody to ask.
    """
    if named := os.environ.get(FILE_VARIABLE):
        try:
            words = Path(named).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"The password cannot be read from {named}: {error}.", f"unset {FILE_VARIABLE}") from error
        return PasswordHash.of(words.partition("\n")[0].rstrip("\r"))
    return kept(home) or ask_and_keep(home)


def ask_and_keep(home: Path) -> PasswordHash:
    """Ask for a new password twice in the terminal, and keep it. Raises UsageError where there is no terminal."""
    if not sys.stdin.isatty():
        raise UsageError(
            "Beyond this machine the page needs a password, and there is no terminal to ask for one.",
            f"{FILE_VARIABLE}=FILE oaken ui --host ADDRESS, or in a terminal: {_HOW_TO_SET}",
        )
    from getpass import getpass

    with contextlib.suppress(EOFError):
        words = getpass(f"A password for the page ({SHORTEST} characters or more): ")
        password = PasswordHash.of(words)
        if getpass("The same again: ") == words:
            keep(home, password)
            return password
        raise UsageError("The two are not the same. Nothing was changed.", _HOW_TO_SET)
    raise UsageError("No password was given. Nothing was changed.", _HOW_TO_SET)
