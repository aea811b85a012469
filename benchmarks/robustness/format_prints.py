"""Print files to PDF, or save them as doc and ppt: ``python -m benchmarks.robustness.format_prints FOLDER OUT``.

LibreOffice writes each file with headings or labelled tables to OUT, under its own name and the new suffix:
``NAME.docx.pdf``. What such a file shows is known from what its original marks, which the PDF does not say. Files of
over a megabyte are left out.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.robustness.format_truth import headings, labelled_rows

MAX_ORIGINAL_BYTES = 2**20
SAVED_AS = {
    ".docx": ("pdf", "doc"),
    ".odt": ("pdf", "doc"),
    ".pptx": ("pdf", "ppt"),
    ".html": ("pdf",),
}
PRINT_SECONDS = 120.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Print each file, and say of which this failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.robustness.format_prints", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    for path in sorted(options.folder.rglob("*")):
        kinds = SAVED_AS.get(path.suffix.lower(), ())
        if kinds and path.stat().st_size <= MAX_ORIGINAL_BYTES and (headings(path) or labelled_rows(path)):
            for kind in kinds:
                made = saved_as(path, kind, options.out)
                print(f"{path.name}: {made.name if made else f'no {kind} was made'}", flush=True)


def saved_as(path: Path, kind: str, out: Path) -> Path | None:
    """Return the file that LibreOffice makes of another; None where it makes none."""
    with tempfile.TemporaryDirectory() as folder:
        place = f"-env:UserInstallation={Path(folder, 'profile').as_uri()}"
        command = ["soffice", place, "--headless", "--convert-to", kind, "--outdir", folder, str(path)]
        try:
            subprocess.run(command, capture_output=True, timeout=PRINT_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return None
        made = Path(folder, f"{path.stem}.{kind}")
        return Path(shutil.move(made, out / f"{path.name}.{kind}")) if made.exists() else None


if __name__ == "__main__":
    main()
