"""The password of the page, needed where other machines can reach it: stored as a salted scrypt hash."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import secrets
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.errors import OakenError, UsageError
from rag.messages import Message
from rag.storage import is_full, private_folder, write_error, write_file

PASSWORD_FILE = "ui-password.json"
FILE_VARIABLE = "OAKEN_UI_PASSWORD_FILE"
SHORTEST = 10  # characters
MAX_PASSWORD_BYTES = 1024  # bytes, so that no one sends a book to be hashed
_COST = {"n": 2**15, "r": 8, "p": 1}  # 32 MB and about a tenth of a second for each try
_SCRYPT_MEMORY = 128 * 2**20
_HOW_TO_SET = "oaken ui --set-password"


@dataclass(frozen=True, slots=True)
class PasswordHash:
    """A password's hash, and its parameters."""

    salt: str  # base64
    hash: str  # base64
    n: int
    r: int
    p: int

    @classmethod
    def of(cls, password: str) -> PasswordHash:
        """Hash a password. Raises UsageError for one that is too short or too long."""
        if len(password) < SHORTEST or len(password.encode()) > MAX_PASSWORD_BYTES:
            raise UsageError(
                Message(
                    "The password must have {shortest} characters or more, and at most {max_password_bytes} bytes.",
                    shortest=SHORTEST,
                    max_password_bytes=MAX_PASSWORD_BYTES,
                ),
                _HOW_TO_SET,
            )
        salt = secrets.token_bytes(16)
        made = _scrypt(password, salt, **_COST)
        return cls(base64.b64encode(salt).decode(), base64.b64encode(made).decode(), **_COST)

    def matches(self, password: str) -> bool:
        """Tell whether that is the password. Takes a tenth of a second of a core, the same for every answer."""
        if len(password.encode(errors="replace")) > MAX_PASSWORD_BYTES:
            return False
        made = _scrypt(password, base64.b64decode(self.salt), self.n, self.r, self.p)
        return hmac.compare_digest(made, base64.b64decode(self.hash))


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    secret = password.encode(errors="replace")
    return hashlib.scrypt(secret, salt=salt, n=n, r=r, p=p, dklen=32, maxmem=_SCRYPT_MEMORY)


def keep(home: Path, password: PasswordHash) -> Path:
    """Write it to the home, readable only by this user; return the file."""
    path = home / PASSWORD_FILE
    try:
        private_folder(home)
        write_file(path, json.dumps(asdict(password)))
    except OSError as error:
        if is_full(error):
            raise write_error(path, error) from error
        raise OakenError(
            Message("The password cannot be saved in {path}: {error}.", path=path, error=error),
            "export OAKEN_HOME=FOLDER",
        ) from error
    return path


def kept(home: Path) -> PasswordHash | None:
    """Return the home's password, or None where none was set. Raises OakenError for a damaged file."""
    path = home / PASSWORD_FILE
    try:
        fields = json.loads(path.read_text(encoding="ascii"))
        password = PasswordHash(**fields)
        password.matches("")  # a hash that cannot be checked is found out now, not at the login
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise OakenError(
            Message("The password in {path} cannot be read.", path=path),
            Message("Set it again: {how_to_set}", how_to_set=_HOW_TO_SET),
        ) from error
    return password


def demanded(home: Path) -> PasswordHash:
    """Return the password required from other machines; where none was set, ask for it in the terminal and store it.

    Raises UsageError where there is none and no terminal to ask in.
    """
    return chosen(home) or ask_and_keep(home)


def chosen(home: Path) -> PasswordHash | None:
    """Return the password from the file that OAKEN_UI_PASSWORD_FILE names, else the home's; None where none was set.

    Raises UsageError or OakenError for a file that cannot be read.
    """
    if named := os.environ.get(FILE_VARIABLE):
        try:
            words = Path(named).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                Message("The password cannot be read from {named}: {error}.", named=named, error=error),
                f"unset {FILE_VARIABLE}",
            ) from error
        return PasswordHash.of(words.partition("\n")[0].rstrip("\r"))
    return kept(home)


def ask_and_keep(home: Path) -> PasswordHash:
    """Ask for a new password twice in the terminal, and store it. Raises UsageError where there is no terminal."""
    if not sys.stdin.isatty():
        raise UsageError(
            Message("Beyond this machine the page needs a password, and there is no terminal to ask for one."),
            Message(
                "{file_variable}=FILE oaken ui --host ADDRESS, or in a terminal: {how_to_set}",
                file_variable=FILE_VARIABLE,
                how_to_set=_HOW_TO_SET,
            ),
        )
    from getpass import getpass

    with contextlib.suppress(EOFError):
        words = getpass(f"A password for the page ({SHORTEST} characters or more): ")
        password = PasswordHash.of(words)
        if getpass("Repeat it: ") == words:
            keep(home, password)
            return password
        raise UsageError(Message("The two passwords differ. Nothing was changed."), _HOW_TO_SET)
    raise UsageError(Message("No password was given. Nothing was changed."), _HOW_TO_SET)
