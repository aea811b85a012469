"""The address with the launch token, and the file that leads a browser there."""

from __future__ import annotations

import os
import webbrowser
from collections.abc import Iterator
from pathlib import Path

import pytest

from ui.web.server import launch

URL = launch.launch_url("http://localhost:8501", "a-token_of-a-start")


class Opened:
    """What the browser was asked to open, and what its file held then."""

    def __init__(self) -> None:
        self.urls: list[str] = []
        self.pages: list[str] = []
        self.modes: list[int] = []
        self.goes_well = True

    def __call__(self, url: str) -> bool:
        path = Path(url.removeprefix("file://"))
        self.urls.append(url)
        self.pages.append(path.read_text(encoding="utf-8"))
        self.modes.append(path.stat().st_mode & 0o777)
        return self.goes_well


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Opened]:
    found = Opened()
    monkeypatch.setattr(webbrowser, "open", found)
    monkeypatch.setattr(launch, "_SNAPS", tmp_path / "no-snaps")
    yield found


def test_the_browser_is_told_of_a_file_that_only_its_owner_can_read(opened: Opened, tmp_path: Path) -> None:
    home = tmp_path / "above" / "home"  # not there yet
    before = os.umask(0o022)
    try:
        with launch.opened_browser(URL, home, 8501):
            pass
    finally:
        os.umask(before)
    assert [folder.stat().st_mode & 0o777 for folder in (home.parent, home)] == [0o700, 0o700]
    opened.__init__()  # type: ignore[misc]
    with launch.opened_browser(URL, home, 8501) as began:
        assert began and list(home.iterdir()) == [home / "oaken-open-8501.html"]
    assert opened.urls == [(home / "oaken-open-8501.html").as_uri()] and opened.modes == [0o600]
    assert f'content="0; url={URL}"' in opened.pages[0] and f'href="{URL}"' in opened.pages[0]
    assert 'name="referrer" content="no-referrer"' in opened.pages[0]
    assert list(home.iterdir()) == []  # nothing is left


def test_what_an_earlier_start_left_is_replaced_and_a_link_is_not_followed(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("another file")
    (tmp_path / "oaken-open-8501.html").symlink_to(tmp_path / "other")
    with launch.opened_browser(URL, tmp_path, 8501) as began:
        assert began
    assert (tmp_path / "other").read_text() == "another file" and opened.modes == [0o600]


def test_a_link_put_there_again_in_between_is_not_followed(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").write_text("another file")
    (tmp_path / "oaken-open-8501.html").symlink_to(tmp_path / "other")
    monkeypatch.setattr(Path, "unlink", lambda *_, **__: None)  # removed, and made again at once
    with launch.opened_browser(URL, tmp_path, 8501) as began:
        assert not began
    assert (tmp_path / "other").read_text() == "another file" and opened.urls == []


def test_browsers_that_see_no_hidden_folder_find_it_in_the_person_s_own(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "_SNAPS", tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "person"))
    with launch.opened_browser(URL, tmp_path / ".hidden" / "oaken", 8501):
        pass
    assert opened.urls == [(tmp_path / "person" / "oaken-open-8501.html").as_uri()]
    assert list((tmp_path / "person").iterdir()) == [] and opened.modes == [0o600]


def test_a_browser_that_does_not_open_is_told_of(opened: Opened, tmp_path: Path) -> None:
    opened.goes_well = False
    with launch.opened_browser(URL, tmp_path, 8501) as began:
        assert not began


def test_a_folder_that_cannot_be_written_opens_no_browser(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with launch.opened_browser(URL, tmp_path / "home", 8501) as began:
        assert not began
    assert opened.urls == []


def test_the_file_goes_where_the_server_fails_too(opened: Opened, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), launch.opened_browser(URL, tmp_path, 8501):
        raise KeyboardInterrupt
    assert len(opened.urls) == 1 and list(tmp_path.iterdir()) == []


def test_a_token_is_in_its_own_address_and_in_no_other() -> None:
    token = launch.new_token()
    query = launch.launch_url("http://localhost:1", token).partition("?")[2].encode()
    assert launch.carries(query, token) and launch.carries(b"a=b&" + query, token)
    for other in (b"", b"token=", query[:-1], query + b"x", b"\xff", b"token=%ff", b"&".join([b"a=b"] * 9 + [query])):
        assert not launch.carries(other, token)
    assert not launch.carries(b"token=", "")  # no token is none
