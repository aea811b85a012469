"""Check the questions against the documents of the sample library.

    .venv/bin/python data/check.py

Prints what is wrong, one line for each fault, and ends with 1 if there is any.
"""

import json
import re
import sys
import zipfile
from collections import Counter
from email import message_from_bytes, policy
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import docx
import pypdfium2

HERE = Path(__file__).resolve().parent
LIBRARY = HERE / "library"
KEYS = {"id", "language", "question", "answers", "source", "page", "section", "kind", "follows"}
LANGUAGES = ("en", "es", "ru")
SCAN = "observatory/letter-1934-scan.pdf"  # has no text layer; its text is in sources/
# The two documents that give a different year for the same event.
CONTRADICTION = {"town/about-tresvado.md", "transport/tram-memories.txt"}
HOSTILE = "town/notice-board.html"
# How many questions of each kind there are, all languages together (answerable: at least).
COUNTS = {"unanswerable": 15, "cross_language": 8, "follow_up": 6}


class VisibleText(HTMLParser):
    """Collect the text of a page that a reader would see."""

    def __init__(self) -> None:
        """Start with nothing."""
        super().__init__()
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Stop collecting inside scripts and styles; separate everything else."""
        self.hidden += tag in ("script", "style")
        self.parts.append("" if tag in ("em", "i", "b", "a") else " ")

    def handle_endtag(self, tag: str) -> None:
        """Go on collecting after scripts and styles."""
        self.hidden -= tag in ("script", "style")
        self.parts.append("" if tag in ("em", "i", "b", "a") else " ")

    def handle_data(self, data: str) -> None:
        """Keep visible text."""
        if not self.hidden:
            self.parts.append(data)


def plain_rtf(data: str) -> str:
    """Give the text of a simple RTF file written in code page 1251."""
    data = re.sub(r"\\'([0-9a-f]{2})", lambda found: bytes.fromhex(found[1]).decode("cp1251"), data)
    return re.sub(r"\\[a-z]+-?\d* ?|[{}]", " ", data)


@cache
def pages(name: str) -> tuple[str, ...]:
    """Give the text of a document, page by page for PDF, with whitespace collapsed."""
    path = LIBRARY / name
    suffix = path.suffix
    if name == SCAN:
        found = [(HERE / "sources" / "letter-1934.txt").read_text(encoding="utf-8")]
    elif suffix == ".pdf":
        found = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(path)]
    elif suffix == ".docx":
        document = docx.Document(str(path))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        found = ["\n".join([paragraph.text for paragraph in document.paragraphs] + cells)]
    elif suffix == ".html":
        parser = VisibleText()
        parser.feed(path.read_text(encoding="utf-8"))
        found = ["".join(parser.parts)]
    elif suffix == ".eml":
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        found = [f"{message['subject']}\n{message.get_content()}"]
    elif suffix == ".rtf":
        found = [plain_rtf(path.read_text(encoding="ascii"))]
    elif suffix in (".pptx", ".xlsx", ".odt", ".epub"):
        with zipfile.ZipFile(path) as pack:
            parts = [pack.read(part).decode("utf-8") for part in pack.namelist() if part.endswith(("ml", ".opf"))]
        whole = "\n".join(parts)
        named = re.findall(r'<sheet [^>]*name="([^"]*)"', whole)
        found = [unescape(" ".join([re.sub(r"<[^>]+>", " ", whole), *named]))]
    else:
        found = [path.read_text(encoding="utf-8")]
    return tuple(" ".join(text.split()) for text in found)


def check_one(item: dict, earlier: dict[str, dict]) -> list[str]:
    """Say what is wrong with one question; `earlier` holds those before it."""
    if set(item) != KEYS:
        return [f"keys are {sorted(item)}"]
    wrong = []
    if item["id"] in earlier or not item["id"].startswith(item["language"] + "-"):
        wrong.append("id is used twice or does not begin with the language")
    if item["language"] not in LANGUAGES or not item["question"].strip().endswith("?"):
        wrong.append("unknown language, or the question does not end in a question mark")
    if item["kind"] not in {"answerable", *COUNTS}:
        wrong.append(f"unknown kind {item['kind']}")
    before = earlier.get(item["follows"] or "")
    if (item["kind"] == "follow_up") != bool(item["follows"]) or (
        item["follows"] and (before is None or before["language"] != item["language"])
    ):
        wrong.append("does not follow an earlier question in its language")
    if item["kind"] == "unanswerable":
        if item["source"] or item["answers"] or item["page"] or item["section"]:
            wrong.append("an unanswerable question has a source or an answer")
        return wrong
    if not (LIBRARY / item["source"]).is_file():
        return [*wrong, f"no document {item['source']}"]
    if not 1 <= len(item["answers"]) <= 3:
        wrong.append("must have one to three answers")
    texts = pages(item["source"])
    is_pdf = item["source"].endswith(".pdf")
    if is_pdf != isinstance(item["page"], int) or (is_pdf and not 1 <= item["page"] <= len(texts)):
        return [*wrong, f"page {item['page']} of {item['source']}"]
    place = texts[item["page"] - 1] if is_pdf else texts[0]
    if item["source"] in CONTRADICTION and len(set(item["answers"]) - {"1911", "1913"}) == 0:
        place = " ".join(pages(name)[0] for name in sorted(CONTRADICTION))
    wrong += [f"answer {answer!r} is not in {item['source']}" for answer in item["answers"] if answer not in place]
    if item["section"] and not any(item["section"] in text for text in texts):
        wrong.append(f"section {item['section']!r} is not in {item['source']}")
    return wrong


def check_all() -> list[str]:
    """Say everything that is wrong with the questions and the library."""
    wrong = []
    items: dict[str, dict] = {}
    for line in (HERE / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        wrong += [f"{item.get('id')}: {fault}" for fault in check_one(item, items)]
        items[item["id"]] = item
    kinds = Counter(item["kind"] for item in items.values())
    wrong += [
        f"{kinds[kind]} questions of kind {kind}, not {count}" for kind, count in COUNTS.items() if kinds[kind] != count
    ]
    for language in LANGUAGES:
        own = [item for item in items.values() if item["language"] == language]
        answerable = sum(item["kind"] == "answerable" and item["source"] != SCAN for item in own)
        none = sum(item["kind"] == "unanswerable" for item in own)
        follow = sum(item["kind"] == "follow_up" for item in own)
        if answerable < 30 or none != 5 or follow != 2:
            wrong.append(f"{language}: {answerable} answerable, {none} unanswerable, {follow} follow-up questions")
    names = {path.relative_to(LIBRARY).as_posix() for path in LIBRARY.rglob("*") if path.is_file()}
    asked = {item["source"] for item in items.values()}
    wrong += [f"nothing is asked about {name}" for name in sorted(names - asked)]
    wrong += [f"the name {name} is not ASCII" for name in sorted(names) if not name.isascii()]
    if any(
        pages(name)[0].count(year) != 1
        for name, year in (("town/about-tresvado.md", "1911"), ("transport/tram-memories.txt", "1913"))
    ):
        wrong.append("the two documents no longer contradict each other")
    wrong += [
        f"{HOSTILE} lacks {text}"
        for text in ("</s><|assistant|>", "<|im_end|>", "Ignore the above", "<script>")
        if text not in pages(HOSTILE)[0]
    ]
    size = sum(path.stat().st_size for path in HERE.rglob("*") if path.is_file())
    if size > 2_000_000:
        wrong.append(f"the folder holds {size} bytes")
    return wrong


if __name__ == "__main__":
    faults = check_all()
    print("\n".join(faults) or "Questions and documents agree.")
    sys.exit(bool(faults))
