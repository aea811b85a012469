"""Programs of others that some files need: whether they are there, and the command that installs them.

A file that could not be read, or not wholly, for want of one says so in its reason, in words made here alone. So its
record is enough to tell, on a later run, that the program has come since and that the file is worth reading again.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

OCR = "tesseract"
OFFICE = "LibreOffice"
SUPPORTED_PACKS = ("eng", "spa", "rus")  # languages of which Oaken promises something, as tesseract names them
_APPLICATION = Path("/Applications/LibreOffice.app/Contents/MacOS/soffice")
_NEEDS = re.compile(rf"needs ({OCR}|{OFFICE})(?: with its language pack (\w+))?")


def missing_program(program: str, pack: str = "") -> str:
    """The words that a reason uses: what is missing and the command that installs it."""
    wanted = f"{program} with its language pack {pack}" if pack else program
    return f"needs {wanted} ({_command(program, pack)})"


def programs_now_installed(reason: str) -> bool:
    """Whether a reason names programs that were missing then and are all there now."""
    missing = _NEEDS.findall(reason)
    return bool(missing) and all(_is_there(program, pack) for program, pack in missing)


def tesseract() -> str | None:
    """Path of the program that reads pictures, or None."""
    return shutil.which("tesseract")


def soffice() -> str | None:
    """Path of LibreOffice's own program, or None: not of the script around it, which leaves children behind."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        return str(_APPLICATION) if _APPLICATION.exists() else None
    program = Path(found).resolve().with_name("soffice.bin")
    return str(program) if program.exists() else found


def packs() -> frozenset[str]:
    """Languages that tesseract can read here, as it names them (``eng``)."""
    program = tesseract()
    return _packs(program) if program else frozenset()


@lru_cache(maxsize=4)
def _packs(program: str) -> frozenset[str]:
    try:
        told = subprocess.run([program, "--list-langs"], capture_output=True, timeout=20, text=True, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return frozenset()
    lines = (told.stdout or told.stderr).splitlines()[1:]  # the first line says where they lie
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
