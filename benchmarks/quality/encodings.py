"""Measure how text files in any encoding are read: ``python -m benchmarks.quality.encodings [--texts FOLDER]``.

Pieces of text in German, English, Spanish and Russian, of 40 letters and more, some in capitals, are written in every
encoding that files in these languages come in, without declaring it, and as damaged UTF-8: a byte lost, cut at both
ends, a line pasted from another encoding. Right is what is read to the letter, U+FFFD in place of what was damaged. The
texts are the sample library's, and a German one below; ``--texts`` takes ``de.txt``, ``en.txt``, … from a folder.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from ingest.readers.shared.decoding.text_decoding import decode

LANGUAGES = ("de", "en", "es", "ru")
LENGTHS = (40, 80, 160, 400, 1_600)  # letters
CAPITALS = 10  # each tenth piece is in capitals
UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
WESTERN = ("cp1252", "latin-1", "iso8859-15", "mac_roman", "cp850", "cp437")
CYRILLIC = ("cp1251", "koi8-r", "cp866", "mac_cyrillic", "iso8859-5")
DAMAGED = ("utf-8, a byte lost", "utf-8, cut at both ends", "utf-8, a line in cp1252 or cp1251")
SOURCES = {
    "en": ("sources/letter-1934.txt", "sources/club-rules.md", "sources/visitor-handbook.md",
           "library/transport/tram-memories.txt", "library/town/about-tresvado.md"),
    "es": ("sources/acta-junta-marzo.md", "sources/guia-familias.md", "sources/riada-1957.md",
           "library/ferry/la-barca-del-vado.txt", "library/market/mercado-de-los-jueves.md"),
    "ru": ("sources/skazki-nemry.md", "sources/russkiy-zal.md", "sources/pravila-perepravy.md",
           "library/bakery/pekarnya-gromovykh.txt", "library/town/zarechye.md"),
}  # fmt: skip
GERMAN = """Die Mühle am unteren Wehr wurde im Jahr 1884 gebaut und gehört seit dem Krieg der Gemeinde. Wer sie
besichtigen möchte, meldet sich beim Müller, der von März bis Oktober täglich außer montags öffnet. Die
größte der drei Glocken läutet nur an Feiertagen; die übrigen hört man jede Stunde bis zum Fluss
hinunter. Der Bäcker in der Straße nebenan verkauft Brötchen, Käsekuchen und süße Brezeln, die er früh um
fünf aus dem Ofen holt. „Früher“, sagt er, „waren es zweihundert Stück am Tag – heute sind es kaum noch
fünfzig.“ Für das Fest im Spätsommer werden Tische auf der Wiese aufgestellt, und abends führt ein Weg
mit Laternen zurück über die Brücke. Die Miete für den Saal beträgt 450 € und schließt Heizung und Küche
ein. Schäden sind binnen zwei Wochen schriftlich zu melden, spätere Ansprüche können nicht berücksichtigt
werden. Über die Höhe der Gebühren entscheidet der Gemeinderat jährlich im Frühling. Hunde dürfen
mitgebracht werden, müssen aber an der Leine geführt werden. Der Schlüssel hängt hinter der Tür zum Büro,
das zweite Stück liegt bei der Nachbarin im Erdgeschoss. Bei starkem Regen fällt die Führung aus;
bezahlte Karten gelten dann für einen späteren Termin. Die Vögel, die im Turm nisten, stehen unter
Schutz, deshalb bleibt die oberste Plattform von April bis Juli gesperrt. Ältere Besucher können den
Aufzug benutzen, er fährt bis zum dritten Geschoss. Jährlich kommen etwa 12 000 Gäste, die meisten von
ihnen mit der Fähre. Öl für die Lampen lieferte früher ein Händler aus der Stadt, später wurde auf Gas
umgestellt, und seit 1931 gibt es elektrisches Licht. Die Überschwemmung von 1957 zerstörte das
Gewächshaus und einen großen Teil der Bücher; was übrig blieb, wurde getrocknet und neu gebunden."""
USUAL_SIGNS = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "€": "EUR"}
)
COLUMNS = {"encoding": "", "files": "", **dict.fromkeys((*LANGUAGES, "40 letters", "all"), ".4f")}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one row for each encoding."""
    parser = benchmark_parser("benchmarks.quality.encodings", __doc__)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--pieces", type=int, default=60, help="of each length, language and encoding")
    options = parse_options(parser, arguments)
    texts = {language: text_in(language, options.texts) for language in LANGUAGES}
    rows, wrong = measured(texts, options.pieces)
    files, right = (sum(int(row[name] or 0) for row in rows) for name in ("files", "right"))
    for case in wrong[:20]:
        print(case)
    note = f"{right:,} of {files:,} files right ({right / files:.4f}). Goal: 0.995."
    publish(options, "encodings", "Text files read right, by encoding", COLUMNS, rows, note)


def text_in(language: str, folder: Path | None = None) -> str:
    """Return text in a language, as one line of words."""
    if folder is not None:
        text = (folder / f"{language}.txt").read_text(encoding="utf-8")
    elif language == "de":
        text = GERMAN
    else:
        data = Path(__file__).resolve().parents[2] / "data"
        text = "\n".join((data / name).read_text(encoding="utf-8") for name in SOURCES[language])
    text = re.sub(r"(?<=\w)'(?=\w)", "’", unicodedata.normalize("NFC", text))  # as word processors write it
    return " ".join(re.sub(r'"(?=\w)', "“", re.sub(r'(?<=[\w.,!?])"', "”", re.sub(r"[#*|_`]+", " ", text))).split())


def measured(texts: dict[str, str], pieces: int) -> tuple[list[dict[str, Cell]], list[str]]:
    """Return one row for each encoding, and what was read wrong."""
    counts: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    wrong: list[str] = []
    for language, text in texts.items():
        for encoding in (*UNICODE, *(CYRILLIC if language == "ru" else WESTERN), *DAMAGED):
            for letters in LENGTHS:
                draw = random.Random(f"{language} {encoding} {letters}")
                for number in range(pieces):
                    piece = drawn(text, letters, draw)
                    case = made(piece.upper() if number % CAPITALS == 0 else piece, encoding, language, draw)
                    if case is None:
                        continue
                    data, expected = case
                    read = decode(data, strict=False)
                    right = re.fullmatch(expected, read, re.DOTALL) is not None
                    for group in (language, "all", *(["40 letters"] if letters == LENGTHS[0] else [])):
                        counts[encoding][group].append(right)
                    if not right:
                        wrong.append(f"{language} {encoding} {letters}: {difference(read, expected)}")
    return [row_of(encoding, groups) for encoding, groups in counts.items()], wrong


def row_of(encoding: str, groups: dict[str, list[bool]]) -> dict[str, Cell]:
    """Return the row of an encoding."""
    shares = {name: sum(right) / len(right) for name, right in groups.items()}
    return {"encoding": encoding, "files": len(groups["all"]), "right": sum(groups["all"]), **shares}


def difference(read: str, pattern: str) -> str:
    """Return where a text that was read begins to differ."""
    expected = re.sub(r"\\(.)", r"\1", pattern, flags=re.DOTALL)
    at = next((at for at, (a, b) in enumerate(zip(read, expected, strict=False)) if a != b), 0)
    return f"{read[max(0, at - 20) : at + 40]!r}, not {expected[max(0, at - 20) : at + 40]!r}"


def drawn(text: str, letters: int, draw: random.Random) -> str:
    """Return a piece of a text with so many letters, from one word's beginning to another's end, some beyond ASCII."""
    words = text.split()
    while True:
        at = draw.randrange(len(words))
        piece, found = [], 0
        for word in words[at:] + words[:at]:
            piece.append(word)
            found += sum(map(str.isalpha, word))
            if found >= letters:
                break
        line = " ".join(piece)
        if not line.isascii():
            return line


def made(piece: str, encoding: str, language: str, draw: random.Random) -> tuple[bytes, str] | None:
    """Return a file's bytes and a pattern of the text to be read; None where the encoding adds nothing to ASCII."""
    if encoding in DAMAGED:
        return damaged(piece, DAMAGED.index(encoding), language, draw)
    try:
        data = piece.encode(encoding)
    except UnicodeEncodeError:
        given, piece = piece, piece.translate(USUAL_SIGNS).encode(encoding, errors="ignore").decode(encoding)
        data = piece.encode(encoding)
        if len(piece) < 0.95 * len(given):  # words of another script
            return None
    return None if encoding not in UNICODE and data.isascii() else (data, re.escape(piece.removeprefix("\ufeff")))


def damaged(piece: str, kind: int, language: str, draw: random.Random) -> tuple[bytes, str] | None:
    """Return UTF-8 with some damage, and a pattern of the text to be read."""
    at = draw.choice([place for place, letter in enumerate(piece) if letter > "\x7f"])
    before, letter, after = piece[:at], piece[at].encode(), piece[at + 1 :]
    if kind == 0:  # somewhere among whole lines
        lost = letter[:1] if draw.random() < 0.5 else letter[1:]
        whole = "\n".join((piece, before))
        return whole.encode() + lost + after.encode(), re.escape(whole) + "\ufffd" * bool(after) + re.escape(after)
    if kind == 1:
        return letter[1:] + f"{after}\n{piece}\n{before}".encode() + letter[:1], re.escape(
            f"{after}\n{piece}\n{before}"
        )
    other = "cp1251" if language == "ru" else "cp1252"
    line = piece.encode(other, errors="ignore").decode(other)
    if line.isascii():
        return None
    return f"{piece}\n".encode() + line.encode(other) + f"\n{piece}".encode(), re.escape(f"{piece}\n{line}\n{piece}")


def every_file(text: str, language: str, letters: int) -> Iterator[tuple[str, bytes, str]]:
    """Yield an encoding, a file in it and a pattern of its text, for each encoding of a language."""
    draw = random.Random(language)
    for encoding in (*UNICODE, *(CYRILLIC if language == "ru" else WESTERN), *DAMAGED):
        case = made(drawn(text, letters, draw), encoding, language, draw)
        if case is not None:
            yield encoding, *case


if __name__ == "__main__":
    main()
