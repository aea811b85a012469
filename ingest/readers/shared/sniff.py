"""Detects a file's type by its first bytes and its name: the suffix under which it is read, or its foreign kind.

A name is a claim. Where the content says otherwise it is believed: a web page called .doc is read as a web page.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from rag.messages import Message

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEAD_BYTES = 4_096  # bytes examined
ENCRYPTED = ".encrypted"  # not a real suffix: an office document with a password
OLE = ".ole"  # not a real suffix: the container of older office programs, with other contents or damaged

# Kinds reported by the name alone, without opening the file.
FOREIGN = {
    **dict.fromkeys(
        ".wav .mp3 .flac .ogg .oga .opus .m4a .aac .wma .aif .aiff .mid .midi .amr".split(),
        Message("an audio file, and speech is not transcribed"),
    ),
    **dict.fromkeys(
        ".mp4 .mov .avi .mkv .webm .wmv .m4v .mpg .mpeg .flv .3gp".split(),
        Message("a video, and speech is not transcribed"),
    ),
    **dict.fromkeys(
        ".7z .rar .zst .lz4 .cab .jar .war .whl".split(),
        Message("an archive; unpack it and add the folder"),
    ),
    **dict.fromkeys(
        ".exe .dll .so .dylib .msi .deb .rpm .apk .app .class .o .a .obj .pyc .wasm".split(), Message("a program")
    ),
    **dict.fromkeys(".iso .img .dmg .vhd .vmdk .qcow2".split(), Message("a disk image")),
    **dict.fromkeys(".ttf .otf .woff .woff2 .eot .pfb".split(), Message("a font")),
    **dict.fromkeys(
        ".db .sqlite .sqlite3 .mdb .accdb .parquet .feather .h5 .hdf5 .npy .npz .pkl".split(), Message("data")
    ),
    **dict.fromkeys(".gguf .safetensors .onnx .pt .pth .ckpt".split(), Message("a model")),
    **dict.fromkeys(
        ".psd .ai .eps .xcf .indd .sketch .fig .svg .ico .icns .dwg .dxf .stl .blend".split(), Message("a drawing")
    ),
    **dict.fromkeys(".p7s .p7m .sig .gpg .pgp .pem .crt .cer .der .p12 .pfx".split(), Message("a signature or a key")),
    **dict.fromkeys(".pst .ost .mdbx".split(), Message("an Outlook mail store; export its messages as .eml or .msg")),
    **dict.fromkeys(".xlsb".split(), Message("a binary Excel file; save it as .xlsx")),
    **dict.fromkeys(".pages .numbers .key".split(), Message("an Apple iWork file; export it as PDF")),
    ".lnk": Message("a shortcut"),
    OLE: Message("an older office file of a type that Oaken does not know"),
}
_MAGICS = (
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"GIF8", ".gif"),
    (b"\0\0\0\x0cjP  \r\n", ".jp2"),
    (b"II*\0", ".tiff"),
    (b"MM\0*", ".tiff"),
    (b"{\\rtf", ".rtf"),
    (b"-----BEGIN PGP SIGNATURE", ".pgp"),  # told by content: .asc may as well be AsciiDoc
    (b"-----BEGIN PGP PUBLIC", ".pgp"),
    (b"-----BEGIN PGP PRIVATE", ".pgp"),
    (b"\x1f\x8b", ".gz"),
    (b"BZh", ".bz2"),
    (b"\xfd7zXZ\0", ".xz"),
    (b"7z\xbc\xaf\x27\x1c", ".7z"),
    (b"Rar!\x1a\x07", ".rar"),
    (b"\x28\xb5\x2f\xfd", ".zst"),
    (b"\x7fELF", ".so"),
    (b"\xca\xfe\xba\xbe", ".class"),
    (b"\xcf\xfa\xed\xfe", ".dylib"),
    (b"\0asm", ".wasm"),
    (b"ID3", ".mp3"),
    (b"\xff\xfb", ".mp3"),
    (b"OggS", ".ogg"),
    (b"fLaC", ".flac"),
    (b"MThd", ".mid"),
    (b"\x1aE\xdf\xa3", ".mkv"),
    (b"SQLite format 3\0", ".sqlite"),
    (b"PAR1", ".parquet"),
    (b"\x89HDF\r\n", ".hdf5"),
    (b"\x93NUMPY", ".npy"),
    (b"GGUF", ".gguf"),
    (b"wOFF", ".woff"),
    (b"wOF2", ".woff2"),
    (b"8BPS", ".psd"),
    (b"!BDN", ".pst"),
    (b"L\0\0\0\x01\x14\x02\0", ".lnk"),
    (b"\x78\x9f\x3e\x22", ".tnef"),
    (b"bplist00", ".plist"),
)
CHAT_SUFFIX = ".chat"  # not a real suffix: a conversation as a messenger exports it, in a .txt
MESSAGES = frozenset({".eml", ".mbox", ".mhtml", CHAT_SUFFIX})  # texts that are known under the name .txt as well
_MIMETYPES = {
    "application/epub+zip": ".epub",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.text-template": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.presentation": ".odp",
}
_OOXML_PARTS = (("word/", ".docx"), ("ppt/", ".pptx"), ("xl/workbook.bin", ".xlsb"), ("xl/", ".xlsx"))
_STREAMS = (
    ("EncryptedPackage", ENCRYPTED),
    ("WordDocument", ".doc"),
    ("PowerPoint Document", ".ppt"),
    ("Workbook", ".xls"),
    ("Book", ".xls"),
    ("__properties_version1.0", ".msg"),
)
# Possessive: fifty comments could be parted in more ways than there is time for.
_HTML_START = re.compile(r"\s*+(?:<!--.*?-->\s*+)*+(?:<!doctype\s+html|<html|<head|<body)", re.IGNORECASE | re.DOTALL)
_MAIL_HEADER = re.compile(
    r"(?:(?:from|to|cc|subject|date|received|return-path|message-id|mime-version|delivered-to|x-[\w-]+)"
    r":[^\n]*\n(?:[ \t]+[^\n]*\n)*){3}",
    re.IGNORECASE,
)
_MBOX_START = re.compile(r"\s*+From \S(?>[^\n]*?\b\d\d:\d\d)(?>[^\n]*?\d{4})[^\n]*\n[\w-]+:", re.ASCII)
_SAVED_PAGE = re.compile(
    r"(?:[\w-]+:[^\n]*\n(?:[ \t]+[^\n]*\n)*){0,10}Snapshot-Content-Location:", re.IGNORECASE | re.ASCII
)
_ASCIIDOC = re.compile(
    r"^(?:={1,6} \S|\[\[[\w:.-]+\]\]$|\[(?:source|NOTE|TIP|WARNING|IMPORTANT|CAUTION|quote|cols)\b.*\]$|\|={3,}$"
    r"|(?:include|image|ifdef|ifndef)::\S*\[|:[a-zA-Z][\w-]*:(?: |$))|\(\(\([^()\n]+\)\)\)",
    re.MULTILINE,
)


def content_suffix(path: Path, head: bytes) -> str:
    """Return the suffix that the content of a file calls for, "" where it does not say (plain text among others).

    May be one of FOREIGN, or ENCRYPTED. Raises OSError.
    """
    if b"%PDF-" in head[:1_024]:
        return ".pdf"
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _of_zip(path)
    if head.startswith(OLE_MAGIC):
        return _of_ole(path)
    for magic, suffix in _MAGICS:
        if head.startswith(magic):
            return suffix
    if head[257:262] == b"ustar":
        return ".tar"
    if head.startswith(b"MZ") and b"\0" in head[:128]:
        return ".exe"
    if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0":
        return ".bmp"
    if head[:4] == b"RIFF":
        return {b"WAVE": ".wav", b"AVI ": ".avi", b"WEBP": ".webp"}.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return ".avif" if brand == b"avif" else ".heic" if brand in (b"heic", b"heix", b"mif1", b"msf1") else ".mp4"
    return ""


def text_suffix(text: str) -> str:
    """Return the suffix that the beginning of a text calls for: .html, .xml, or one of MESSAGES; "" for any other."""
    text = text.lstrip("\ufeff")
    if _MBOX_START.match(text):
        return ".mbox"
    if _SAVED_PAGE.match(text):
        return ".mhtml"
    if is_chat(text):
        return CHAT_SUFFIX
    if _HTML_START.match(text):
        return ".html"
    if text.lstrip().startswith("<?xml"):
        return ".html" if "<html" in text[:1_000].lower() else ".xml"
    return ".eml" if _MAIL_HEADER.match(text) else ""


CHAT_LINE = re.compile(  # "[09/03/2024, 10:00:12] Ana: yes", "3/9/24, 10:00 PM - Ana: yes"
    r"[\u200e\u200f\u202a]*\[?(?P<when>\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? +\d{1,2}[:.]\d\d(?:[:.]\d\d)?"
    r"(?:[ \u00a0\u202f]?[apAP]\.?[ \u00a0\u202f]?[mM]\.?)?)(?:\] ?| [-\u2013] )(?P<rest>\S.*)"
)


def is_chat(text: str) -> bool:
    """Tell whether a text begins as an exported conversation: a date, a time and a name at the head of lines."""
    lines = [line for line in text.replace("\r", "").split("\n")[:40] if line.strip()]
    found = [match for line in lines if (match := CHAT_LINE.match(line[:300]))]
    return bool(lines) and bool(CHAT_LINE.match(lines[0][:300])) and sum(": " in each["rest"] for each in found) >= 2


def is_asciidoc(text: str) -> bool:
    """Tell whether an .asc file begins as AsciiDoc: .asc may as well be a signed letter, or a grid of numbers."""
    return not text.lstrip("\ufeff \n").startswith("-----BEGIN ") and bool(_ASCIIDOC.search(text.replace("\r", "")))


def _of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()[:5_000]
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                kind = archive.read("mimetype").decode("ascii", errors="replace").strip()
                if kind in _MIMETYPES:
                    return _MIMETYPES[kind]
    except Exception:  # damaged: the reader that its name calls for says so
        return ".zip"
    is_book = path.name.lower().endswith((".fb2", ".fb2.zip"))  # their usual form
    if is_book and len(names) == 1 and names[0].lower().endswith(".fb2"):
        return ".fb2"
    if "META-INF/container.xml" in names:
        return ".epub"
    if "[Content_Types].xml" in names:
        for part, suffix in _OOXML_PARTS:
            if any(name.startswith(part) for name in names):
                return suffix
    return ".zip"


def _of_ole(path: Path) -> str:
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(path.read_bytes())) as ole:
            names = {"/".join(entry) for entry in ole.listdir()}
    except Exception:  # as above
        return OLE
    return next((suffix for stream, suffix in _STREAMS if stream in names), OLE)
