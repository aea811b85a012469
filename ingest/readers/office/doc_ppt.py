"""Reader of Word and PowerPoint files before 2007: LibreOffice converts them to docx or pptx, which is then read.

It runs headless, without macros and without following links, with a temporary profile, as one process in the worker's
group.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import cast

from ingest.readers.registry import READERS
from ingest.readers.shared import external_programs
from ingest.readers.shared.heartbeat import send_heartbeat
from ingest.readers.shared.memory import allow_memory
from ingest.readers.shared.sniff import HEAD_BYTES, OLE_MAGIC, content_suffix
from ingest.readers.shared.unreadable import UnreadableError
from rag.messages import Message
from rag.types import Document, Outcome

CONVERSION_SECONDS = 100.0  # seconds
LIBREOFFICE_MEMORY = 4 * 2**30  # bytes of address space: it maps far more than it uses
STARTS = 3  # a new profile makes it exit once with RESTART
RESTART = 81
_FILTERS = {".doc": "docx", ".ppt": "pptx"}
_LIBREOFFICE_PATH = "/org.openoffice.Office."
_LIBREOFFICE_SETTINGS = (  # program, name, value
    ("Common/Security/Scripting", "MacroSecurityLevel", 3),
    ("Common/Security/Scripting", "DisableMacrosExecution", True),
    ("Common/Security/Scripting", "DisableActiveContent", True),
    ("Common/Security/Scripting", "BlockUntrustedRefererLinks", True),
    ("Common/Load", "UpdateDocMode", 0),
    ("Writer/Content/Update", "Link", 2),
    ("Calc/Content/Update", "Link", 2),
    # Network addresses in the file are asked of a proxy that does not exist; on Linux the sandbox refuses them anyway.
    ("/org.openoffice.Inet/Settings", "ooInetProxyType", 2),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyPort", 9),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort", 9),
    ("/org.openoffice.Inet/Settings", "ooInetNoProxy", ""),
    ("Common/Misc", "FirstRun", False),
    ("Common/Save/Document", "CreateBackup", False),
)


def read(path: Path) -> Document:
    """Read an older office file. Raises UnreadableError: protected, damaged, or no LibreOffice."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    kind = content_suffix(path, head)
    if not head.startswith(OLE_MAGIC) or kind not in _FILTERS:
        raise UnreadableError(Outcome.FAILED, Message("it is damaged, or not a {kind} file", kind=path.suffix.lower()))
    if _is_protected(path, kind):
        raise UnreadableError(Outcome.ENCRYPTED, Message("it is protected by a password"))
    program = external_programs.soffice()
    if program is None:
        raise UnreadableError(
            Outcome.UNSUPPORTED,
            Message(
                "reading an older office file {needs}",
                needs=external_programs.missing_program(external_programs.OFFICE),
            ),
        )
    send_heartbeat("LibreOffice")
    with tempfile.TemporaryDirectory(prefix="oaken-office-", ignore_cleanup_errors=True) as folder:
        made = _convert(program, path, kind, Path(folder))
        send_heartbeat(Message("what LibreOffice made of it"))
        reader = READERS[made.suffix]
        document = cast("Document", importlib.import_module(reader.module).read(made))
    return replace(document, media_type=READERS[kind].media_type)


def _is_protected(path: Path, kind: str) -> bool:
    """Tell whether a password is needed, by a flag in the head of the text or the record of the current user."""
    import olefile

    try:
        with olefile.OleFileIO(path) as ole:
            if kind == ".doc":
                head = ole.openstream("WordDocument").read(12)
                return bool(int.from_bytes(head[10:12], "little") & 0x0100)
            return bool(ole.openstream("Current User").read(16)[12:16] == b"\xdf\xc4\xd1\xf3")
    except Exception:  # damaged: LibreOffice may still make something of it
        return False


def _convert(program: str, path: Path, kind: str, folder: Path) -> Path:
    profile = folder / "profile-0"
    _write_settings(profile / "user" / "registrymodifications.xcu")
    given = folder / f"document{kind}"  # its own name might be an option, or not be text
    given.write_bytes(path.read_bytes())
    command = [
        *"--headless --norestore --nolockcheck --nodefault --nologo --nofirststartwizard --convert-to".split(),
        _FILTERS[kind],
        "--outdir",
        str(folder),
        str(given),
    ]
    try:
        with allow_memory(LIBREOFFICE_MEMORY):
            for start in range(STARTS):
                # Its socket is named after its profile, and it may not remove that of an earlier start.
                profile = profile.rename(folder / f"profile-{start}")
                done = subprocess.run(
                    [program, f"-env:UserInstallation={profile.as_uri()}", *command],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env={**os.environ, "HOME": str(folder), "SAL_USE_VCLPLUGIN": "svp"},
                    timeout=CONVERSION_SECONDS,
                    check=False,
                )
                if done.returncode != RESTART:
                    break
    except subprocess.TimeoutExpired:
        raise UnreadableError(
            Outcome.FAILED,
            Message("LibreOffice took longer than {seconds:g} seconds on it", seconds=CONVERSION_SECONDS),
        ) from None
    made = given.with_suffix(f".{_FILTERS[kind]}")
    if not made.exists():
        raise UnreadableError(Outcome.FAILED, Message("it is damaged: LibreOffice cannot read it"))
    return made


def _write_settings(file: Path) -> None:
    file.parent.mkdir(parents=True)
    rows = "".join(
        f'<item oor:path="{where if where.startswith("/") else _LIBREOFFICE_PATH + where}">'
        f'<prop oor:name="{name}" oor:op="fuse">'
        f"<value>{str(value).lower()}</value></prop></item>"
        for where, name, value in _LIBREOFFICE_SETTINGS
    )
    head = '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
    file.write_text(f"{head}{rows}</oor:items>", encoding="utf-8")
