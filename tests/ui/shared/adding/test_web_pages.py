"""Web pages beside files and folders: fetched on a person's word, kept, cited by address and day, and removed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import oaken
from ingest.discover import discover
from ingest.pipeline import ingest
from ingest.report import IngestReport
from ingest.web import fetch as web_fetch
from ingest.web.addresses import is_public
from ingest.web.store import kept_pages
from rag.errors import OakenError, UsageError
from rag.library.library import Library
from rag.library.maintenance.backup import save
from rag.library.maintenance.manage import rename
from rag.library.maintenance.restore import restore
from rag.settings import library_folder
from rag.types import Citation, Outcome
from tests.doubles import BagEmbedder
from tests.ingest.doubles import InProcess, write_pdf
from tests.ingest.web.page_server import PageServer, Reply, serving
from tests.ui.cli.test_real import listed, parsed
from tests.ui.conftest import Command
from ui.shared.adding.web_pages import FetchedPages, fetch_pages, file_paths, sources_of
from ui.shared.deletion import forget, match_one
from ui.shared.folders import DocumentNames
from ui.shared.formatting import file_name, record_name

PAGE = "<html><head><title>The mill</title></head><body><h1>The mill</h1><p>{}</p></body></html>"
MILL = PAGE.format("The mill of Aldergrove stands below the old weir.")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PageServer]:
    """A web server; the rule of what is public is replaced by its one port."""
    with serving() as running:
        monkeypatch.setattr(web_fetch, "INTERNET", running.network)
        yield running


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "libraries" / "default", BagEmbedder().card) as held:
        yield held


def add(library: Library, *given: str | Path) -> IngestReport:
    sources = sources_of(given)
    pages = fetch_pages(sources, library.folder)
    kept = pages.keep(library.folder)
    report = ingest([*sources.paths, *kept], library, BagEmbedder(), parser=InProcess(), addresses=kept)
    return pages.finish(library, report, kept)


def outcomes(report: IngestReport) -> dict[str, str]:
    return {each.source: each.outcome.value for each in report.outcomes}


def test_a_page_is_read_beside_a_file_and_named_by_its_address_and_day(
    library: Library, server: PageServer, tmp_path: Path
) -> None:
    server.page("/mill", MILL, ETag='"v1"')
    (tmp_path / "notes.txt").write_text("The lamp oil is kept in the cellar.")
    address = server.url("/mill")
    report = add(library, tmp_path / "notes.txt", address)
    assert outcomes(report) == {str(tmp_path / "notes.txt"): "indexed", address: "indexed"}
    [record] = [each for each in library.records() if each.source == address]
    name = DocumentNames(library).of_records([record])[record.id]
    assert (name.title, name.place, name.fetched) == ("The mill", address, kept_pages(library.folder)[address].day)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", name.fetched)
    cited = Citation(record.id, record.source, None, (), 0, 3, "The")
    shown = DocumentNames(library).in_json({"document_id": cited.document_id, "source": cited.source})
    assert shown["place"] == address and shown["fetched"] == name.fetched
    assert name.cited == f"{address} (fetched {name.fetched})"
    assert file_name(address) == record_name(record) == address.removeprefix("http://")


def test_an_address_given_again_costs_nothing_unless_the_page_changed(library: Library, server: PageServer) -> None:
    address = server.url("/mill")
    server.page("/mill", MILL, ETag='"v1"')
    add(library, address)
    day = kept_pages(library.folder)[address]
    assert outcomes(add(library, address)) == {address: "unchanged"}
    assert kept_pages(library.folder)[address] == day
    assert server.asked[-1][1]["if-none-match"] == '"v1"'
    server.page("/mill", PAGE.format("The mill burnt down."), ETag='"v2"')
    assert outcomes(add(library, address)) == {address: "indexed"}
    [record] = library.records()
    document = library.document(record.id)
    assert document is not None and "burnt down" in document.text and "weir" not in document.text


def test_a_page_that_is_gone_leaves_the_kept_copy(library: Library, server: PageServer) -> None:
    address = server.url("/mill")
    server.page("/mill", MILL)
    add(library, address)
    server.replies["/mill"] = Reply(b"", 410)
    with pytest.raises(OakenError, match=r"is gone\. The library keeps it as it was on \d{4}-\d\d-\d\d\."):
        add(library, address)
    [record] = library.records()
    assert record.outcome is Outcome.INDEXED and Path(record.root, record.path).is_file()


def test_neither_a_run_over_folders_nor_a_retry_fetches_or_drops_a_page(
    library: Library, server: PageServer, tmp_path: Path
) -> None:
    address = server.url("/mill")
    server.page("/mill", MILL)
    add(library, address)
    asked = len(server.asked)
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "notes.txt").write_text("The lamp oil is kept in the cellar.")
    add(library, papers)
    [record] = [each for each in library.records() if each.source == address]
    ingest([], library, BagEmbedder(), parser=InProcess(), read_again=[record.id])
    ingest([], library, BagEmbedder(), parser=InProcess(), retry_incomplete=True)
    assert len(server.asked) == asked
    assert {each.source for each in library.records()} == {address, str(papers / "notes.txt")}


def test_several_addresses_each_have_an_outcome(library: Library, server: PageServer) -> None:
    server.page("/mill", MILL)
    report = add(library, server.url("/mill"), server.url("/none"), server.url("/mill#top"))
    assert outcomes(report) == {server.url("/mill"): "indexed", server.url("/none"): "failed"} and report.failed
    assert "There is no page at" in report.outcomes[-1].reason
    with pytest.raises(OakenError) as both:
        add(library, server.url("/none"), server.url("/nothing"))
    assert both.value.message.count("There is no page at") == 2


def test_a_page_that_becomes_another_kind_is_one_document_still(
    library: Library, server: PageServer, tmp_path: Path
) -> None:
    address = server.url("/mill")
    server.page("/mill", MILL)
    add(library, address)
    [before] = library.records()
    write_pdf(tmp_path / "mill.pdf")
    server.replies["/mill"] = Reply((tmp_path / "mill.pdf").read_bytes(), headers={"Content-Type": "application/pdf"})
    add(library, address)
    [record] = library.records()
    assert record.source == address and record.media_type == "application/pdf"
    assert not Path(before.root, before.path).exists() and kept_pages(library.folder)[address].file == record.path


def test_a_kind_that_is_not_read_leaves_nothing_behind(library: Library, server: PageServer) -> None:
    server.replies["/film"] = Reply(b"film", headers={"Content-Type": "video/mp4"})
    with pytest.raises(OakenError, match="of a kind that is not read: video/mp4"):
        add(library, server.url("/film"))
    assert not (library.folder / "uploads").exists()


def test_removing_a_page_removes_its_copy_and_its_address(library: Library, server: PageServer) -> None:
    server.page("/mill", MILL)
    add(library, server.url("/mill"))
    record = match_one(
        server.url("/mill").upper().replace("MILL", "mill").replace("HTTP", "http"), library.records(), "x"
    )
    assert forget(library, [record])[0] == 1
    assert library.records() == [] and kept_pages(library.folder) == {}
    assert [each.name for each in (library.folder / "uploads").iterdir()] == [".web-pages.json"]
    assert "example" not in (library.folder / "uploads" / ".web-pages.json").read_text()


def test_a_backup_and_a_new_name_keep_address_day_and_copy(server: PageServer, tmp_path: Path) -> None:
    address = server.url("/mill")
    server.page("/mill", MILL, ETag='"v1"')
    with Library.open(tmp_path / "libraries" / "default", BagEmbedder().card) as library:
        add(library, address)
    rename(tmp_path, "default", "home")
    save(library_folder(tmp_path, "home"), tmp_path / "a.oaken")
    restore(tmp_path / "a.oaken", library_folder(tmp_path, "again"))
    for name in ("home", "again"):
        with Library.open(library_folder(tmp_path, name), BagEmbedder().card) as held:
            [record] = held.records()
            assert record.source == address and Path(record.root, record.path).is_file(), name
            assert DocumentNames(held).of_records([record])[record.id].fetched, name
            assert outcomes(add(held, address)) == {address: "unchanged"}, name


def test_the_day_is_told_only_of_the_version_that_was_fetched(library: Library, server: PageServer) -> None:
    server.page("/mill", MILL)
    add(library, server.url("/mill"))
    [record] = library.records()
    Path(record.root, record.path).write_text("somebody wrote this")
    ingest([], library, BagEmbedder(), parser=InProcess(), read_again=[record.id])
    [record] = library.records()
    assert DocumentNames(library).of_records([record])[record.id].fetched == ""


def test_the_kept_copies_are_not_found_by_walking_their_folder(library: Library, server: PageServer) -> None:
    server.page("/mill", MILL)
    add(library, server.url("/mill"))
    assert ".web-pages.json" not in {each.path for each in discover([library.folder / "uploads"])}


@pytest.mark.parametrize(
    "given", ["file:///etc/passwd", "ftp://example.org/x", "http://localhost/", "https://a@b.example/"]
)
def test_an_address_that_cannot_be_fetched_is_refused_before_any_look_up(given: str, server: PageServer) -> None:
    with pytest.raises(UsageError):
        sources_of(["notes.txt", given])
    assert server.resolved == []


def test_a_path_that_looks_like_an_address_stays_a_path() -> None:
    assert sources_of([Path("https://example.org/x"), "notes.txt"]).addresses == ()


def test_only_ingest_takes_addresses() -> None:
    assert file_paths(["a", Path("b")]) == [Path("a"), Path("b")]
    with pytest.raises(UsageError, match="not watched") as refused:
        file_paths(["a", "https://example.org/"])
    assert refused.value.hint == "oaken ingest https://example.org/"


@pytest.mark.parametrize("variable", ["1", "yes"])
def test_offline_refuses_before_any_look_up(server: PageServer, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    sources = sources_of([server.url("/mill")])
    monkeypatch.setenv("OAKEN_OFFLINE", variable)
    for refused in (lambda: sources_of([server.url("/mill")]), lambda: fetch_pages(sources, Path("/nowhere"))):
        with pytest.raises(UsageError, match="No web page is fetched: Oaken is set to be offline") as told:
            refused()
        assert "unset OAKEN_OFFLINE" in told.value.hint
    assert sources_of(["notes.txt"]).paths == (Path("notes.txt"),)
    assert server.resolved == [] and server.asked == []


def test_a_stop_is_heard_before_the_next_page(server: PageServer, tmp_path: Path) -> None:
    sources = sources_of([server.url("/a"), server.url("/b")])
    assert fetch_pages(sources, tmp_path, stop=lambda: True) == FetchedPages()
    assert server.asked == []


def test_the_rule_of_what_is_public_is_no_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside these tests an address of this computer is refused, whatever the environment says."""
    for name in ("OAKEN_ALLOW_PRIVATE", "NO_PROXY", "OAKEN_NETWORK"):
        monkeypatch.setenv(name, "1")
    assert web_fetch.INTERNET.is_allowed("127.0.0.1", 8000) is is_public("127.0.0.1") is False
    with pytest.raises(UsageError, match="on this computer or in a local network"):
        fetch_pages(sources_of(["http://127.0.0.1:8000/"]), tmp_path)


@pytest.mark.real
def test_the_command_cites_the_page_by_its_address(fresh: Command, server: PageServer) -> None:
    address = server.url("/mill")
    assert "no page at" in fresh("ingest", address).stderr
    assert fresh("list").returncode == 1  # no library was made for nothing
    server.page("/mill", MILL, ETag='"v1"')
    done = fresh("ingest", address)
    assert done.returncode == 0, done.stderr
    assert [each["source"] for each in listed(fresh)] == [address]
    day = listed(fresh)[0]["fetched"]
    asked = fresh("ask", "Where does the mill of Aldergrove stand?", "--no-prose")
    assert f"{address} (fetched {day})" in " ".join(asked.stdout.split()).replace(" /", "/")
    quote = parsed(fresh("ask", "Where does the mill of Aldergrove stand?", "--no-prose", "--json"))["quotes"][0]
    assert quote["source"] == quote["place"] == address and quote["fetched"] == day
    both = parsed(fresh("ingest", address, server.url("/none"), "--json"), 3)
    assert {each["source"]: each["outcome"] for each in both["outcomes"]} == {
        address: "unchanged",
        server.url("/none"): "failed",
    }
    assert "not watched" in fresh("watch", address).stderr
    off = fresh("ingest", address, "--offline")
    assert off.returncode == 2 and "set to be offline" in off.stderr
    assert fresh("remove", address).returncode == 0
    assert json.loads(fresh("list", "--json").stdout)["documents"] == []


@pytest.mark.real
def test_python_takes_addresses_too(fresh: Command, server: PageServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAKEN_HOME", str(fresh.home))
    server.page("/mill", MILL)
    with oaken.open(create=True, prose=False) as lib:
        table = lib.ingest(server.url("/mill"), progress=False)
        assert table.report.totals["indexed"] == 1
        [found] = lib.search("Where does the mill of Aldergrove stand?")
        assert found.source == server.url("/mill")
        assert [each.source for each in lib.documents()] == [server.url("/mill")]
        with pytest.raises(OakenError, match="no page at"):
            lib.ingest(server.url("/none"), progress=False)
