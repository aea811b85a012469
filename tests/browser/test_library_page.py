"""A person keeps their library: adds, watches, finds, reads again, removes; several libraries; the sample. Real server,
real Chromium, real models."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from rag.conversation.chats.store import ChatStore
from rag.library.locks import WriteLock
from rag.settings import library_folder
from tests.browser.conftest import LIBRARY_FILES, app, failures, oaken, shot

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.slow]

Tab = Callable[..., Page]
BELL = {"name": "bell.txt", "mimeType": "text/plain", "buffer": b"The ferry bell was cast in 1802 by Ines Valverde."}


def drop(page: Page, *files: dict[str, object]) -> None:
    page.locator(LIBRARY_FILES).set_input_files(list(files))  # type: ignore[arg-type]
    page.locator(".st-key-add-files button").click()


def add(page: Page, path: Path, label: str = "Or a file or folder on this computer") -> None:
    page.get_by_label(label).fill(str(path))
    page.locator(".st-key-add-path button").click()


def outcome(page: Page, name: str) -> Locator:
    return page.locator('[class*="st-key-ended-"] tr', has_text=name)


def ticked(page: Page, row: int = 0, number: int = 1) -> None:
    """Tick a row of the list. It is drawn on a canvas: there is nothing to wait for but what the tick brings."""
    grid = page.get_by_test_id("stDataFrame")
    expect(grid.locator("canvas").first).to_be_visible()
    expect(page.locator(".stApp[data-test-script-state='notRunning']")).to_be_visible()
    words = page.get_by_text(f"{number} document{'' if number == 1 else 's'} selected", exact=True)
    for _ in range(4):
        grid.click(position={"x": 16, "y": 53 + 35 * row})
        try:
            expect(words).to_be_visible(timeout=15_000)
            return
        except AssertionError:
            continue
    expect(words).to_be_visible()


def choose(page: Page, label: str, value: str | re.Pattern[str]) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=value).click()


def many(folder: Path, number: int) -> Path:
    """A folder that it takes a while to read."""
    folder.mkdir()
    for at in range(number):
        lines = [f"Entry {at}.{line}: lamp {at * line} was seen near pier {line}, in fog." for line in range(150)]
        (folder / f"log-{at:03}.txt").write_text("\n\n".join(lines))
    return folder


def test_dropped_files_are_ingested_and_each_has_its_outcome(tab: Tab, home: Path) -> None:
    page = tab("dropped")
    expect(page.get_by_text("There is no library “dropped”.")).to_be_visible()
    expect(page.locator(".st-key-libraries-here button", has_text="default")).to_be_visible()
    shot(page, "library-empty")
    drop(
        page,
        BELL,
        {"name": "blank.txt", "mimeType": "text/plain", "buffer": b" \n "},
        {"name": "fake.pdf", "mimeType": "application/pdf", "buffer": b"MZ this is no PDF"},
        {"name": "odd.xyz", "mimeType": "application/octet-stream", "buffer": bytes(range(256))},
    )
    expect(page.get_by_text("1 of 4 files are ready.")).to_be_visible()
    expect(outcome(page, "bell.txt")).to_contain_text("ready")
    expect(outcome(page, "blank.txt")).to_contain_text("there is no text in it")
    expect(outcome(page, "fake.pdf")).to_contain_text("it has the extension .pdf but is not a PDF")
    expect(outcome(page, "odd.xyz")).to_contain_text("unsupported")
    expect(page.get_by_text("3 files", exact=True)).to_be_visible()
    shot(page, "library-added")
    page.reload()  # how it ended is not lost with the page
    page.get_by_text("1 of 4 files are ready.").click()  # folded: it was seen before
    expect(outcome(page, "blank.txt")).to_be_visible()
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator('[class*="st-key-ended-"]')).to_have_count(0)

    uploads = library_folder(home, "dropped") / "uploads"
    assert {each.name for each in uploads.iterdir()} == {"bell.txt", "blank.txt", "odd.xyz"}
    page.get_by_label("Find a document").fill("bell")
    expect(page.get_by_text("1 of 3 files", exact=True)).to_be_visible()
    ticked(page)
    shot(page, "library-ticked")
    page.locator(".st-key-open button").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".oaken-source")).to_contain_text("cast in 1802 by Ines Valverde")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    ticked(page)
    page.get_by_role("button", name="Remove…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Your files stay where they are")
    expect(dialog).to_contain_text("bell.txt")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    shot(page, "library-remove")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    assert (uploads / "bell.txt").exists()
    page.get_by_role("button", name="Remove…").click()
    dialog.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("1 document removed.")).to_be_visible()
    expect(page.get_by_text("No document matches.")).to_be_visible()
    assert not (uploads / "bell.txt").exists()
    assert "bell.txt" not in oaken(home, "list", "--library", "dropped", "--json")
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_text("2 files", exact=True)).to_be_visible()


def test_a_dropped_folder_brings_what_lies_in_it(tab: Tab, home: Path, tmp_path: Path) -> None:
    (tmp_path / "papers" / "old").mkdir(parents=True)
    (tmp_path / "papers" / "door.txt").write_text("The pump house has one door.")
    (tmp_path / "papers" / "old" / "door.txt").write_text("The mill has two doors.")
    page = tab("folder")
    box = page.get_by_test_id("stFileUploaderDropzone").bounding_box()
    assert box is not None
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    what = {"items": [], "files": [str(tmp_path / "papers")], "dragOperationsMask": 1}
    hand = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        hand.send("Input.dispatchDragEvent", {"type": kind, **at, "data": what})
    page.get_by_role("button", name="Add 2 files").click()
    expect(page.get_by_text("2 of 2 files are ready.")).to_be_visible()
    uploads = library_folder(home, "folder") / "uploads"
    assert {each.name for each in uploads.iterdir()} == {"door.txt", "door (2).txt"}


def test_what_gave_no_text_is_one_click_away_and_is_tried_again(tab: Tab, tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "stove.md").write_text("# Stove\n\nThe stove in the reading room burns alder logs.")
    (papers / "later.txt").write_text("")
    page = tab("retried")
    add(page, papers)
    expect(outcome(page, "later.txt")).to_contain_text("empty")
    expect(outcome(page, "stove.md")).to_contain_text("ready")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("1 file contains no readable text")).to_be_visible()
    expect(page.get_by_role("button", name="Retry")).to_have_count(0)  # the same file has no more text than before
    (papers / "later.txt").write_text("The kettle stands on the stove from October on.")
    page.get_by_role("button", name="Select them in the list").click()
    expect(page.get_by_text("1 of 2 files", exact=True)).to_be_visible()
    page.get_by_role("button", name="Retry").click()
    expect(outcome(page, "later.txt")).to_contain_text("ready")
    expect(page.get_by_text("1 file contains no readable text")).to_have_count(0)
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".st-key-ticked")).to_contain_text("2 files")  # none is left of what was filtered for
    ticked(page, 1)
    page.get_by_role("button", name="Read again").click()
    expect(outcome(page, "stove.md")).to_contain_text("ready")  # though nothing of it had changed


def test_mistakes_are_reported_at_once(tab: Tab, tmp_path: Path) -> None:
    page = tab("mistaken")
    add(page, tmp_path / "nowhere *x* <b>")
    alert = page.get_by_test_id("stAlert").filter(has_text="There is no file or folder")
    expect(alert).to_be_visible()
    expect(alert).to_contain_text("nowhere *x* <b>")
    (tmp_path / "bare").mkdir()
    add(page, tmp_path / "bare")
    expect(page.get_by_text("There is no file to add in bare.")).to_be_visible()


@pytest.mark.timeout(600)
def test_a_run_outlives_a_reload_is_seen_in_a_second_tab_and_is_stopped_there(
    tab: Tab, tmp_path: Path, home: Path
) -> None:
    folder = many(tmp_path / "logs", 60)
    page = tab("watched")
    add(page, folder)
    running = page.locator(".st-key-taking-in")
    expect(running).to_contain_text("Adding logs")
    expect(running).to_contain_text(re.compile(r"of 60 files"))
    page.reload()
    other = tab("watched", color_scheme="dark")
    for each in (page, other):
        expect(each.locator(".st-key-taking-in")).to_contain_text("of 60 files")
    expect(running).to_contain_text(re.compile(r"[1-9]\d* of 60 files"))
    add(other, folder)  # the same again is the same
    expect(other.locator("input[value$='/logs']")).to_have_count(0)  # it was heard
    add(other, tmp_path / "logs" / "log-059.txt")
    expect(other.get_by_text("After that: Adding log-059.txt")).to_be_visible()
    other.get_by_role("button", name="Cancel").click()
    shot(other, "library-taking-in")
    other.get_by_role("button", name="Stop", exact=True).click()
    for each in (page, other):
        expect(each.get_by_text("It was stopped before the end")).to_be_visible()
        expect(each.locator(".st-key-taking-in")).to_have_count(0)
    held = oaken(home, "list", "--library", "watched", "--json").count('"outcome"')
    assert 0 < held < 60
    for name in [f"log-{at:03}.txt" for at in range(6, 60)]:
        (folder / name).unlink()
    add(page, folder)  # goes on from there
    expect(page.get_by_text("6 of 6 files are ready.")).to_be_visible(timeout=240_000)


def test_another_program_that_writes_the_library_is_named_and_waited_for(tab: Tab, home: Path, tmp_path: Path) -> None:
    (tmp_path / "stove.md").write_text("# Stove\n\nThe stove burns alder logs.")
    (tmp_path / "kettle.md").write_text("# Kettle\n\nThe kettle is made of copper.")
    oaken(home, "ingest", str(tmp_path / "kettle.md"), "--library", "busy")
    page = tab("busy")
    with WriteLock(library_folder(home, "busy")).hold(30):
        add(page, tmp_path / "stove.md")
        running = page.locator(".st-key-taking-in")
        expect(running).to_contain_text("Waiting for another program to finish")
        expect(running).to_contain_text("(process ")
    expect(outcome(page, "stove.md")).to_contain_text("ready")


def test_documents_are_found_by_words_and_filters(tab: Tab) -> None:
    page = tab("default")
    count = page.locator(".st-key-ticked")
    expect(count).to_contain_text("4 files")
    page.get_by_label("Find a document").fill("txt")
    expect(count).to_contain_text("3 of 4 files")
    page.get_by_label("Find a document").fill("")
    expect(count).not_to_contain_text(" of ")
    choose(page, "Kind of file", re.compile(r"^\.md"))
    expect(count).to_contain_text("1 of 4 files")
    choose(page, "Language", re.compile("^Russian"))
    expect(page.get_by_text("No document matches.")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(count).to_contain_text("4 files")


def test_documents_are_tagged_and_asked_by_their_tag(tab: Tab) -> None:
    page = tab("default")
    ticked(page)
    tick = page.locator(".st-key-ticked")
    tick.get_by_role("button", name="Tags").click()
    box = page.get_by_role("combobox", name="Tags")
    held = page.get_by_test_id("stMultiSelect").filter(has=box).get_by_role("button", name=re.compile("^Remove"))
    box.fill("x" * 61)
    box.press("Enter")
    expect(page.get_by_text("A tag has 60 characters at most")).to_be_visible()
    expect(held).to_have_count(0)
    box.fill("tax 2024, Home")
    box.press("Enter")
    expect(held).to_have_count(2)  # one was typed behind the other
    expect(page.get_by_text("Saved: #Home, #tax 2024")).to_be_visible()
    expect(page.get_by_test_id("stMultiSelectDropdown")).to_have_text("Type to add another")
    shot(page, "tags")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    choose(page, "Tag", re.compile(r"^Home \(1\)"))
    expect(tick).to_contain_text("1 of 4 files")
    shot(page, "tagged")
    page.get_by_role("link", name="Ask", exact=True).click()
    place = page.get_by_role("combobox", name="Ask in")
    place.click()
    place.press_sequentially("#home")
    expect(page.get_by_role("option").first).to_have_text("Tag · #Home")
    place.press("Enter")
    place.press("Escape")
    shot(page, "tag-chosen")
    ask = page.get_by_test_id("stChatInput").locator("textarea")
    ask.fill("Who cast the bell?")
    ask.press("Enter")
    expect(page.get_by_text("in: #Home").first).to_be_visible(timeout=180_000)


def test_a_filter_stays_while_documents_come_and_the_language_changes(tab: Tab, tmp_path: Path) -> None:
    page = tab("filters")
    for name in ("lamp.txt", "stove.txt", "kettle.md"):
        (tmp_path / name).write_text(f"The {name} stands near the window of the house.")
    add(page, tmp_path)
    expect(outcome(page, "kettle.md")).to_contain_text("ready")
    count = page.locator(".st-key-ticked")
    choose(page, "Kind of file", ".txt (2)")
    expect(count).to_contain_text("2 of 3 files")
    (tmp_path / "chair.txt").write_text("The chair was painted green by a neighbour.")
    add(page, tmp_path / "chair.txt")
    expect(count).to_contain_text("3 of 4 files")
    page.get_by_label("Find a document").fill("chair")
    expect(count).to_contain_text("1 of 4 files")
    page.get_by_label("Find a document").fill("")
    expect(count).to_contain_text("3 of 4 files")
    expect(page.get_by_role("combobox", name="Kind of file")).to_have_value(".txt (3)")
    choose(page, "Kind of file", "All")
    expect(count).not_to_contain_text(" of ")
    page.get_by_role("button", name="Settings").click()
    page.get_by_text("Español").click()
    expect(page.get_by_role("combobox", name="Tipo de archivo")).to_have_value("Todos")


def test_two_tabs_hold_two_libraries_and_their_own_conversations(
    tab: Tab, home: Path, browser: Browser, address: str
) -> None:
    with ChatStore.open(library_folder(home, "default")) as chats:
        before = len(chats.list())
    first, second = tab("default"), tab("default")
    second.get_by_role("button", name="New library").click()
    second.get_by_label("Name", exact=True).fill("../x")
    second.get_by_role("button", name="Create").click()
    expect(second.get_by_test_id("stAlert")).to_contain_text("“../x” cannot be the name of a library.")
    second.get_by_label("Name", exact=True).fill("garden")
    second.get_by_role("button", name="Create").click()
    expect(second).to_have_url(re.compile(r"library=garden"))
    expect(second.get_by_text("This library is empty.")).to_be_visible()
    drop(second, BELL)
    expect(outcome(second, "bell.txt")).to_contain_text("ready")

    for page, number in ((first, 4), (second, 1)):
        page.get_by_role("link", name="Ask", exact=True).click()
        box = page.get_by_placeholder("Ask your documents")
        box.fill("How many documents are there?")
        box.press("Enter")
        expect(page.locator(".oaken-question")).to_have_count(1)
        expect(page.locator(".oaken-prose")).to_contain_text(str(number))
    second.reload()
    expect(second.locator(".oaken-question")).to_have_count(1)  # the same library, and the same conversation
    expect(second).to_have_url(re.compile(r"library=garden"))
    expect(second.locator(".oaken-prose")).to_contain_text("1")

    second.get_by_role("button", name="garden").click()
    shot(second, "library-menu")
    second.get_by_role("menuitem", name="default").or_(second.get_by_role("option", name="default")).click()
    expect(second.get_by_text("Your library holds 4 documents.")).to_be_visible()
    expect(second.locator(".oaken-question")).to_have_count(0)
    expect(second).not_to_have_url(re.compile(r"library=|chat="))
    expect(second.locator(".st-key-chats-list button")).to_have_count(before + 1)  # the first tab's
    expect(first.locator(".oaken-question")).to_have_count(1)


def test_folders_are_watched_and_libraries_renamed_and_deleted(tab: Tab, home: Path, tmp_path: Path) -> None:
    """In one visit: a large file refused in words, a folder watched and let go, a library's whole life."""
    page = tab("default")
    page.get_by_role("button", name="New library").click()
    page.get_by_label("Name", exact=True).fill("kept")
    page.get_by_role("button", name="Create").click()
    expect(page).to_have_url(re.compile(r"library=kept"))
    advice = page.get_by_text("Add it by its path instead, below.")
    expect(advice).to_be_hidden()
    (tmp_path / "large.txt").write_bytes(b"a" * 52_500_000)
    page.locator(LIBRARY_FILES).set_input_files(tmp_path / "large.txt")
    expect(advice).to_be_visible()
    page.get_by_role("button", name="Remove large.txt").click()
    expect(advice).to_be_hidden()

    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "stove.md").write_text("# Stove\n\nThe stove burns alder logs.")
    add(page, folder)
    expect(outcome(page, "stove.md")).to_contain_text("ready")
    page.get_by_text("1 folder", exact=True).click()
    page.get_by_text("Watch", exact=True).click()
    expect(page.get_by_text("1 folder · 1 watched")).to_be_visible()
    (folder / "kettle.md").write_text("# Kettle\n\nThe kettle is made of copper.")
    expect(page.get_by_text("2 documents", exact=True).first).to_be_visible()  # nobody has added it
    shot(page, "library-folders")

    page.get_by_role("button", name="This library").click()
    page.get_by_label("Name", exact=True).fill("renamed")
    page.get_by_role("button", name="Rename").click()
    expect(page).to_have_url(re.compile(r"library=renamed"))
    expect(page.get_by_text("1 folder · 1 watched")).to_be_visible()
    page.keyboard.press("Escape")  # the menu may have stayed open
    page.get_by_role("button", name="This library", exact=True).click()
    page.get_by_role("button", name="Delete this library…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("the text of 2 documents")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    shot(page, "library-delete")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("The library “renamed” was deleted.")).to_be_visible()
    shot(page, "library-deleted")
    expect(page).not_to_have_url(re.compile(r"library="))
    expect(page.locator(".st-key-ticked")).to_contain_text("4 files")
    assert not (home / "libraries" / "renamed").exists() and not (home / "libraries" / "kept").exists()
    assert sorted(each.name for each in folder.iterdir()) == ["kettle.md", "stove.md"]
    page.get_by_role("button", name="New library").click()
    page.get_by_label("Name", exact=True).fill("kept")
    page.get_by_role("button", name="Create").click()
    expect(page).to_have_url(re.compile(r"library=kept"))
    expect(page.get_by_text("This library is empty")).to_be_visible()
    expect(page.get_by_text("file is ready")).to_have_count(0)  # how runs of an earlier one of that name ended


WORDS = {
    "es": ("Biblioteca", "O un archivo o carpeta de este equipo", "vacío", "no contiene texto", "Quitar…",
           "Tus archivos se quedan donde están", "Elegir archivos"),
    "ru": ("Библиотека", "Или файл или папка на этом компьютере", "пуст", "в нём нет текста", "Убрать…",
           "Ваши файлы остаются на своих местах", "Выбрать файлы"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "look"), [("es", {"color_scheme": "dark"}), ("ru", {"viewport": {"width": 390, "height": 1000}})]
)
def test_it_speaks_the_person_s_language(tab: Tab, tmp_path: Path, language: str, look: dict[str, Any]) -> None:
    title, path, empty, reason, remove, stay, files = WORDS[language]
    (tmp_path / "blank.txt").write_text("  ")
    page = tab(f"in-{language}", title, locale=language, **look)
    expect(page.get_by_role("button", name=files)).to_be_visible()
    add(page, tmp_path / "blank.txt", path)
    expect(outcome(page, "blank.txt")).to_contain_text(empty)
    expect(outcome(page, "blank.txt")).to_contain_text(reason)
    grid = page.get_by_test_id("stDataFrame")
    expect(grid.locator("canvas").first).to_be_visible()
    grid.scroll_into_view_if_needed()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    button = page.get_by_role("button", name=remove)
    for _ in range(4):
        grid.click(position={"x": 16, "y": 53})
        try:
            expect(button).to_be_visible(timeout=15_000)
            break
        except AssertionError:
            continue
    shot(page, f"library-{language}")
    button.click()
    expect(page.get_by_role("dialog")).to_contain_text(stay)
    shot(page, f"library-remove-{language}")


@pytest.mark.timeout(900)
def test_the_sample_is_one_click_away_from_an_answer(browser: Browser, tmp_path: Path) -> None:
    with app(tmp_path / "home", tmp_path / "log") as (address, _):
        page = browser.new_page()
        page.set_default_timeout(60_000)
        page.goto(address)
        page.get_by_role("button", name="Try it with sample documents").dblclick()
        expect(page.get_by_text("Adding the sample documents")).to_be_visible()
        shot(page, "sample")
        expect(page.get_by_text("Your library holds 28 documents.")).to_be_visible(timeout=600_000)
        box = page.get_by_placeholder("Ask your documents")
        box.fill("How many steps are there between the tram stop and the porter's lodge?")
        box.press("Enter")
        expect(page.locator(".oaken-card").first).to_contain_text("steps")
        page.get_by_role("link", name="Library", exact=True).click()
        expect(page.get_by_text("28 of 28 files are ready.")).to_be_visible()
        page.close()
    assert failures((tmp_path / "log").read_text()) == []


def test_another_library_is_asked_too_and_its_source_opens(browser: Browser, tmp_path: Path) -> None:
    home = tmp_path / "home"
    for name, words in (
        ("default", "The miller of Nemra was Tobias Wren."),
        ("work", "The tram line to the harbour opened in 1911."),
    ):
        folder = tmp_path / name
        folder.mkdir()
        (folder / f"{name}.txt").write_text(words)
        oaken(home, "ingest", str(folder), "--library", name)
    with app(home, tmp_path / "ui.log") as (address, _):
        page = browser.new_page()
        page.set_default_timeout(60_000)
        page.goto(address)
        place = page.get_by_role("combobox", name="Ask in")
        place.fill("work")
        page.get_by_role("option", name="Also ask · work").click()
        box = page.get_by_placeholder("Ask your documents")
        box.fill("When did the tram line open?")
        box.press("Enter")
        expect(page.locator(".oaken-card").first).to_contain_text("1911")
        expect(page.locator(".oaken-asked-in")).to_have_text("in: also the library work")
        page.locator(".oaken-card .oaken-number, .oaken-card button").first.click()
        expect(page.locator(".st-key-source mark").first).to_contain_text("1911")
        page.reload()
        expect(page.locator(".oaken-asked-in")).to_have_text("in: also the library work")
        expect(page.locator(".oaken-card").first).to_contain_text("1911")
        shot(page, "two-libraries")
        page.close()
    assert failures((tmp_path / "ui.log").read_text()) == []
