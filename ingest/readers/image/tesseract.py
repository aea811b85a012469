"""OCR by tesseract: page images to confident lines, in reading order, with the position of each line.

One page per call, in a process that dies with the worker. Where tesseract or one of its languages is missing,
:attr:`OcrScanner.note` says what was not read.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from statistics import median
from typing import TYPE_CHECKING

from ingest.readers.pages.text_line import TextLine
from ingest.readers.shared import external_programs
from rag.messages import Message, joined
from rag.text.detect import detect_language

if TYPE_CHECKING:
    from PIL.Image import Image

DPI = 200  # resolution of rendered pages: 150 to 300 read the same words on clean pages, and time grows with it
MAX_OCR_PIXELS = 25_000_000  # pixels given to tesseract
OCR_PAGE_SECONDS = 60.0  # seconds for a page
MIN_WORD_CONFIDENCE = 40.0  # of 100: least confidence of a word; below that it is a stain
MIN_LINE_CONFIDENCE = 50.0  # least mean confidence of a line
POOR_PAGE_CONFIDENCE = 70.0  # mean confidence of a page: below that it may lie on its side or be in another script
SMALL_LETTER_PIXELS = (
    15  # height of letters: below it the page is enlarged and read again (at 11: recall .88, enlarged .99)
)
OCR_CELL_GAP = 2.5  # times the letter size
SAME_SIZE = (0.75, 1.35)  # of the page's usual size: within, sizes are taken for equal
MIN_LETTERS_TO_ROTATE = 20  # letters, real or not, on a page that is rotated to see whether it lies on its side
LETTERS_FOR_LANGUAGE = 200  # letters that suffice to detect a language
TESSERACT_PACKS = {
    "en": "eng", "es": "spa", "ru": "rus", "de": "deu", "fr": "fra",
    "it": "ita", "nl": "nld", "pl": "pol", "pt": "por", "uk": "ukr",
}  # fmt: skip
SCRIPTS = {
    "Cyrillic": "rus", "Latin": "eng", "Greek": "ell", "Arabic": "ara", "Hebrew": "heb", "Han": "chi_sim",
    "Japanese": "jpn", "Korean": "kor", "Hangul": "kor", "Devanagari": "hin", "Thai": "tha", "Georgian": "kat",
    "Armenian": "hye", "Bengali": "ben", "Tamil": "tam",
}  # fmt: skip


class OcrError(Exception):
    """A page could not be read: it timed out, or tesseract failed on it."""


# Local thresholding (Sauvola): on a page in half shadow .99 of the words instead of .62.
_BY_PLACE = ("-c", "thresholding_method=2")
_ASCENDERS = frozenset("bdfhijkltáéíóúñü\u0439\u0451\u0431\u0444iĳ0123456789")
_DESCENDERS = frozenset("gjpqyç\u0443\u0440\u0444")


@dataclass(frozen=True, slots=True)
class OcrWord:
    """A word recognised by tesseract.

    Its box is left, top, right, bottom in pixels; ``line`` is the line it belongs to.
    """

    text: str
    confidence: float
    box: tuple[int, int, int, int]
    paragraph: tuple[int, int]
    line: tuple[int, int, int]

    @property
    def letters(self) -> int:
        """The number of its letters and digits."""
        return sum(map(str.isalnum, self.text))


class OcrScanner:
    """Reads the page images of one document. ``language`` is that of its text layer (ISO 639-1), where it has one."""

    def __init__(self, language: str = "") -> None:
        have = external_programs.packs()
        self._program = external_programs.tesseract()
        hinted = TESSERACT_PACKS.get(language, "")
        self._packs = [pack for pack in dict.fromkeys((*external_programs.SUPPORTED_PACKS, hinted)) if pack in have]
        if hinted in self._packs and hinted not in external_programs.SUPPORTED_PACKS:
            self._packs = [hinted, "eng"] if "eng" in have else [hinted]
        self._missing: dict[str, None] = {}  # missing language packs, in order
        self._language_checked = False

    @property
    def ready(self) -> bool:
        """Whether anything can be read at all."""
        return self._program is not None and bool(self._packs)

    @property
    def note(self) -> str:
        """What is missing to read these images well, and how to install it; "" where nothing is."""
        if not self.ready:
            return Message("reading it {needs}", needs=external_programs.missing_program(external_programs.OCR))
        return joined(
            "; ",
            [
                Message("reading it well {needs}", needs=external_programs.missing_program(external_programs.OCR, pack))
                for pack in self._missing
            ],
        )

    def read(self, picture: Image, page: int, points: tuple[float, float]) -> list[TextLine]:
        """Return the lines of a page; [] where it shows no words. ``points``: a pixel's width and height in points."""
        shown = grey(picture)
        darkest, lightest = shown.getextrema()
        if lightest == darkest:  # one colour throughout: no program need be started
            return []
        words, turns = self._recognize_rotated(shown)
        words = list(_confident(words))
        if self._adds_detected_language(words):
            words = list(_confident(self._recognize_rotated(shown)[0]))
        size = (picture.height, picture.width) if turns % 2 else picture.size
        return [_turned_back(line, turns, size, points) for line in _lines(words, page, size)]

    def _recognize_rotated(self, picture: Image) -> tuple[list[OcrWord], int]:
        """Return a page's words, and by how many quarter turns clockwise it was rotated to read them."""
        best, turns = self._recognize_enlarged(picture), 0
        if _confidence(best) >= POOR_PAGE_CONFIDENCE or _letters(best) < MIN_LETTERS_TO_ROTATE:
            return best, turns
        angle, script = self._orientation(picture)
        if pack := SCRIPTS.get(script, ""):
            self._add_pack(pack)
        if angle:
            from PIL.Image import Transpose

            quarter = {90: Transpose.ROTATE_270, 180: Transpose.ROTATE_180, 270: Transpose.ROTATE_90}
            turned = self._recognize_enlarged(picture.transpose(quarter[angle]))
            if _letter_quality(turned) > _letter_quality(best):
                best, turns = turned, angle // 90
        return best, turns

    def _recognize_enlarged(self, picture: Image) -> list[OcrWord]:
        """Return a page's words; where its letters are tiny, from the enlarged page."""
        words = self._recognize(picture)
        sizes = [_size(word) for word in words if word.confidence >= MIN_WORD_CONFIDENCE and word.letters > 1]
        if not sizes or median(sizes) >= SMALL_LETTER_PIXELS:
            return words
        factor = min(
            3.0, 2 * SMALL_LETTER_PIXELS / median(sizes), (MAX_OCR_PIXELS / (picture.width * picture.height)) ** 0.5
        )
        if factor < 1.2:
            return words
        from PIL.Image import Resampling

        enlarged = self._recognize(picture.resize(_scaled(picture.size, factor), Resampling.BICUBIC))
        enlarged = [replace(word, box=_times(word.box, 1 / factor)) for word in enlarged]
        return max(words, enlarged, key=_letter_quality)

    def _recognize(self, picture: Image) -> list[OcrWord]:
        languages = "+".join(self._packs)
        return list(_words(self._run(picture, "-l", languages, "--psm", "3", "--dpi", str(DPI), *_BY_PLACE, "tsv")))

    def _orientation(self, picture: Image) -> tuple[int, str]:
        """Return by how many degrees clockwise a page must be rotated to be upright, and its script."""
        answer = self._run(picture, "--psm", "0", "--dpi", str(DPI))
        fields = dict(line.split(":", 1) for line in answer.splitlines() if ":" in line)
        try:
            sure = float(fields["Orientation confidence"]) >= 1
            return (int(fields["Rotate"]) % 360 if sure else 0), fields["Script"].strip()
        except (KeyError, ValueError):
            return 0, ""

    def _run(self, picture: Image, *options: str) -> str:
        assert self._program is not None
        try:
            done = subprocess.run(
                [self._program, "stdin", "stdout", *options],
                input=b"P5 %d %d 255\n" % picture.size + picture.tobytes(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "OMP_THREAD_LIMIT": "1"},  # its threads cost more than they give
                timeout=OCR_PAGE_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            raise OcrError from None
        if done.returncode != 0 and "0" not in options:  # without an upright page it fails to detect the rotation
            raise OcrError
        return done.stdout.decode("utf-8", "replace")

    def _adds_detected_language(self, words: Sequence[OcrWord]) -> bool:
        """Tell whether the first page with a detectable language asks for an installed pack that was not used."""
        if self._language_checked or _letters(words) < LETTERS_FOR_LANGUAGE:
            return False
        self._language_checked = True
        return self._add_pack(TESSERACT_PACKS.get(detect_language(" ".join(word.text for word in words)), ""))

    def _add_pack(self, pack: str) -> bool:
        if not pack or pack in self._packs:
            return False
        if pack not in external_programs.packs():
            self._missing[pack] = None
            return False
        self._packs = [pack, *self._packs]
        return True


def grey(picture: Image) -> Image:
    """Return the image for tesseract: grey, on white where it was transparent."""
    from PIL import Image

    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layers = picture if picture.mode in ("RGBA", "LA") else picture.convert("RGBA")
        opaque = layers.convert("L")
        return Image.composite(opaque, Image.new("L", opaque.size, "white"), layers.getchannel("A"))
    return picture if picture.mode == "L" else picture.convert("L")


def _words(table: str) -> Iterator[OcrWord]:
    for row in table.splitlines()[1:]:
        fields = row.split("\t", 11)
        if len(fields) < 12 or fields[0] != "5" or not fields[11].strip():
            continue
        block, paragraph, line, left, top, width, height = map(int, (*fields[2:5], *fields[6:10]))
        yield OcrWord(
            text=fields[11].strip(),
            confidence=float(fields[10]),
            box=(left, top, left + width, top + height),
            paragraph=(block, paragraph),
            line=(block, paragraph, line),
        )


def _confident(words: Sequence[OcrWord]) -> Iterator[OcrWord]:
    """Yield words without stains, rules and specks that were taken for letters."""
    for _, found in groupby(words, key=lambda word: word.line):
        line = [word for word in found if word.confidence >= MIN_WORD_CONFIDENCE]
        letters = sum(word.letters for word in line)
        if (
            letters
            and _confidence(line) >= MIN_LINE_CONFIDENCE
            and (letters > 1 or (len(line) == 1 and line[0].text.isdigit()))
        ):
            yield from line


def _letters(words: Sequence[OcrWord]) -> int:
    return sum(word.letters for word in words)


def _confidence(words: Sequence[OcrWord]) -> float:
    """Return the mean confidence of a text's letters, 0 to 100."""
    return _letter_quality(words) / max(1, _letters(words))


def _letter_quality(words: Sequence[OcrWord]) -> float:
    return sum(word.confidence * word.letters for word in words)


def _size(word: OcrWord) -> float:
    """Return the letter size in pixels, from its ascenders and descenders."""
    high = any(letter in _ASCENDERS or letter.isupper() for letter in word.text)
    low = any(letter in _DESCENDERS for letter in word.text)
    share = {(True, True): 0.94, (True, False): 0.73, (False, True): 0.74, (False, False): 0.53}[high, low]
    return (word.box[3] - word.box[1]) / share


def _lines(words: Sequence[OcrWord], page: int, size: tuple[int, int]) -> Iterator[TextLine]:
    """Yield lines in pixels from the lower left of the image as it was read."""
    usual = median(_size(word) for word in words if word.letters) if words else 0.0
    paragraphs: dict[tuple[int, int], int] = {}
    for _, found in groupby(words, key=lambda word: word.line):
        line = list(found)
        own = median(_size(word) for word in line if word.letters)
        letters = usual if SAME_SIZE[0] < own / usual < SAME_SIZE[1] else own
        lefts, tops, rights, bottoms = zip(*(word.box for word in line), strict=True)
        box = (min(lefts), size[1] - max(bottoms), max(rights), size[1] - min(tops))
        yield TextLine(
            cells=tuple(_cells(line, letters)),
            left=box[0],
            right=box[2],
            base=box[1],
            size=letters,
            bold=False,
            page=page,
            box=box,
            paragraph=paragraphs.setdefault(line[0].paragraph, len(paragraphs) + 1),
        )


def _cells(line: Sequence[OcrWord], letters: float) -> Iterator[str]:
    cell = line[0].text
    for before, word in pairwise(line):
        if word.box[0] - before.box[2] > OCR_CELL_GAP * letters:
            yield cell
            cell = word.text
        else:
            cell += f" {word.text}"
    yield cell


def _turned_back(line: TextLine, turns: int, size: tuple[int, int], points: tuple[float, float]) -> TextLine:
    """Return a line in points of the page, which had been rotated by so many quarters to an image of ``size``."""
    assert line.box is not None
    left, bottom, right, top = line.box
    width, height = size
    for _ in range(turns):
        left, bottom, right, top = height - top, left, height - bottom, right
        width, height = height, width
    across, up = points
    return replace(
        line,
        left=line.left * across,
        right=line.right * across,
        base=line.base * up,
        size=line.size * up,
        box=(round(left * across, 2), round(bottom * up, 2), round(right * across, 2), round(top * up, 2)),
    )


def _scaled(size: tuple[int, int], factor: float) -> tuple[int, int]:
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def _times(box: tuple[int, int, int, int], factor: float) -> tuple[int, int, int, int]:
    left, top, right, bottom = (round(edge * factor) for edge in box)
    return left, top, right, bottom
