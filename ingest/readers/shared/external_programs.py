"""External programs that some files need: whether they are installed, and the command that installs them.

A file that could not be read, or not wholly, for want of one says so in its reason, in messages made here alone. So
its record is enough to tell, on a later run, that the program has since been installed and the file is worth reading
again.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from rag.messages import Message, marked, parts_of

OCR = "tesseract"
OFFICE = "LibreOffice"
SUPPORTED_PACKS = ("eng", "spa", "rus")  # language packs always used, and named in the install hint
_APPLICATION = Path("/Applications/LibreOffice.app/Contents/MacOS/soffice")
_NEEDS = marked("needs {program} ({command})")
_NEEDS_PACK = marked("needs {program} with its language pack {pack} ({command})")


def missing_program(program: str, pack: str = "") -> Message:
    """Return the part of a reason that names what is missing and the command that installs it."""
    if pack:
        return Message(_NEEDS_PACK, program=program, pack=pack, command=_command(program, pack))
    return Message(_NEEDS, program=program, command=_command(program, pack))


def programs_now_installed(reason: str) -> bool:
    """Tell whether a reason names programs that were missing then and are all there now."""
    missing = _missing(reason)
    return bool(missing) and all(_is_there(each["program"], each.get("pack", "")) for each in missing)


def names_missing_program(reason: str) -> bool:
    """Tell whether a reason names a program that was missing, and how to install it."""
    return bool(_missing(reason))


def _missing(reason: str) -> list[dict[str, Any]]:
    return [part.params for part in parts_of(reason) if part.template in (_NEEDS, _NEEDS_PACK)]


def tesseract() -> str | None:
    """Return the path of tesseract, or None."""
    return shutil.which("tesseract")


def soffice() -> str | None:
    """Return the path of LibreOffice's own program, or None: its wrapper script leaves children behind."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        return str(_APPLICATION) if _APPLICATION.exists() else None
    program = Path(found).resolve().with_name("soffice.bin")
    return str(program) if program.exists() else found


def packs() -> frozenset[str]:
    """Return the languages that tesseract can read here, as it names them (``eng``)."""
    program = tesseract()
    return _packs(program) if program else frozenset()


@lru_cache(maxsize=4)
def _packs(program: str) -> frozenset[str]:
    try:
        listing = subprocess.run([program, "--list-langs"], capture_output=True, timeout=20, text=True, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return frozenset()
    lines = (listing.stdout or listing.stderr).splitlines()[1:]  # the first line says where they lie
    return frozenset(line.strip() for line in lines if line.strip() not in ("", "osd"))


def _is_there(program: str, pack: str) -> bool:
    if program == OFFICE:
        return soffice() is not None
    return pack in packs() if pack else bool(packs())


def _command(program: str, pack: str) -> str:
    mac = sys.platform == "darwin"
    if program == OFFICE:
        return "brew install --cask libreoffice" if mac else "apt install libreoffice-writer libreoffice-impress"
    if pack:
        return "brew install tesseract-lang" if mac else f"apt install tesseract-ocr-{pack.replace('_', '-')}"
    if mac:
        return "brew install tesseract tesseract-lang"
    return "apt install " + " ".join(
        ["tesseract-ocr", *(f"tesseract-ocr-{name}" for name in SUPPORTED_PACKS if name != "eng")]
    )
