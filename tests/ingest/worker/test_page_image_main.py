"""The process that draws a page is shut in."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from PIL import Image

from ingest.page_image import PageImageError, render_page
from ingest.worker.page_image_main import drawn

MISCHIEF = "import json, os, sys, time; json.loads(sys.stdin.readline()); {}"


@pytest.mark.parametrize(
    ("does", "reason"),
    [
        ("time.sleep(60)", "longer than 2 seconds"),
        ("os.abort()", "memory"),
        ("os._exit(3)", "crashed"),
        ("print('{')", "makes no sense"),
        ("print(json.dumps({'image': '<script>', 'media_type': 'image/png'}))", "makes no sense"),
        ("print(json.dumps({'reason': {'template': '{x}', 'params': 3}}))", "makes no sense"),
        ("print(json.dumps({'doing': {'params': 3}}))", "makes no sense"),
        (
            "print(json.dumps(dict(image='AAAA', media_type='text/html', width=1, height=1, pages=1)))",
            "makes no sense",
        ),
        (
            "print(json.dumps(dict(image='AAAA', media_type='image/png', width=1e400, height=0, pages=1)))",
            "makes no sense",
        ),
    ],
)
def test_a_process_that_a_file_has_taken_over_gets_nowhere(tmp_path: Path, does: str, reason: str) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-")
    with pytest.raises(PageImageError, match=reason):
        render_page(
            tmp_path / "a.pdf",
            1,
            time_limit=2.0 if "sleep" in does else 60.0,
            command=(sys.executable, "-c", MISCHIEF.format(does)),
        )


def test_the_worker_is_shut_in_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is started as the process that reads files is; a photograph is given with a little loss."""
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    noise = Image.effect_noise((1_400, 1_400), 90)
    noise.save(tmp_path / "noise.png")
    assert render_page(tmp_path / "noise.png", 1).media_type == "image/jpeg"
    assert list((tmp_path / "scratch").iterdir()) == []
    assert json.dumps(drawn(tmp_path / "noise.png", 1, 50))
