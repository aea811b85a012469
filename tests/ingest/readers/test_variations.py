"""What once was read wrong, in other files of the same kind: five for each, in other words, languages and formats.

A case is a file, what has to be in its text, and at times what may not be in it, or what is told of it.
"""

from __future__ import annotations

import base64
import json
import quopri
from collections import Counter
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest

from ingest.readers import UnreadableError, read


@dataclass(frozen=True)
class Case:
    """A file, and what is expected of it."""

    kind: str
    name: str
    content: bytes
    says: tuple[str, ...]
    never: tuple[str, ...] = ()
    remark: str = ""


CASES: list[Case] = []


def add(kind: str, name: str, content: str | bytes, *says: str, never: tuple[str, ...] = (), remark: str = "") -> None:
    CASES.append(Case(kind, name, content if isinstance(content, bytes) else content.encode(), says, never, remark))


# -- tables as text

for header, line, row in (
    ("Producto;Precio", "Pan n.º {n};{n},15 €", "Producto: Pan n.º 7 | Precio: 7,15 €"),
    ('"Artikel";"Preis"', '"Vase {n}";"1.{n}00,50"', "Artikel: Vase 7 | Preis: 1.700,50"),
    ("Товар;Цена;Остаток", "Кирпич {n};1 {n}00,50;{n},5", "Товар: Кирпич 7 | Цена: 1 700,50 | Остаток: 7,5"),
    ("Name, Vorname;Betrag", "Müller, Anna {n};{n},50", "Name, Vorname: Müller, Anna 7 | Betrag: 7,50"),
    ("Lat;Lon;Ort", "5{n},1234;13,4{n};Ulm", "Lat: 57,1234 | Lon: 13,47 | Ort: Ulm"),
    ("Artikel\tPreis", "Vase {n}\t{n},50", "Artikel: Vase 7 | Preis: 7,50"),
    ("Preis|Artikel", "{n},50|Vase {n}", "Preis: 7,50 | Artikel: Vase 7"),
):
    add("decimal commas", "a.csv", "\n".join([header, *(line.format(n=n) for n in range(1, 10))]), row)
for date in (
    "April {n}, 2021", "Fri, {n} May 2021", "lunes, {n} de mayo de 2021", "May {n}, 2021, 9:00 AM", "{n}. Mai, morgens",
):  # fmt: skip
    rows = "".join(f"{date.format(n=n)};40{n};2.50\n" for n in range(1, 20))
    add("dates with commas", "a.csv", f"Day;Order;Sum\n{rows}", f"Day: {date.format(n=7)} | Order: 407 | Sum: 2.50")
NOTE = "\n".join(f"entry {n}, of the log; with signs" for n in range(90))
for table, last in (
    (f'no,note,hand\n1,"{NOTE}",Ada\n2,short,Bo\n', "no: 2 | note: short | hand: Bo"),
    (f'note;no\n"{NOTE}";1\nshort, dull;2\n', "note: short, dull | no: 2"),
    (f'no\tnote\n1\t"{NOTE}"\n2\t"{NOTE}"\n3\tx\n', "no: 3 | note: x"),
    (f'no,note\n1,"{NOTE}\n\nsaid ""no"""\n2,x\n', "no: 2 | note: x"),
    (f'no;note;hand\n1;"{NOTE}";Ada\n2;x;Bo\n'.replace("\n", "\r\n"), "no: 2 | note: x | hand: Bo"),
):
    add("long quoted cells", "a.csv", table, last, "89, of the log; with signs")
for table, row in (
    ('name, town, says\nAda, "Lugo, Galicia", x\nBo, Ulm, "one, two"\n', "name: Ada | town: Lugo, Galicia | says: x"),
    ('name,  says\nAda,  "a, b"\n', "name: Ada | says: a, b"),
    (' "name", "says"\n "Ada", "yes, no"\n', "name: Ada | says: yes, no"),
    ('name ,town ,says\nAda ,Ulm ,"likes tea, milk"\n', "name: Ada | town: Ulm | says: likes tea, milk"),
    ('name, says\nAda, "likes tea, milk" \nBo, none\n', "name: Ada | says: likes tea, milk"),
):
    add("spaces after commas", "a.csv", table, row)
PEGS = "".join(f"peg {n},{n},grey\n" for n in range(30))
for table in (
    f'part,size,hue\nrod,"4 long,red\n{PEGS}',
    f'part,size,hue\n{PEGS}rod,"4 long,red\n',
    f'part;size;hue\nrod;"4 long;red\n{PEGS.replace(",", ";")}',
    f'part\tsize\thue\nrod\t4\t"red\n{PEGS.replace(",", chr(9))}',
    f'part,size,hue\nrod,4,"red\nbar,"5, or 6",red\n{PEGS}',
):
    add("open quotation marks", "a.csv", table, "part: peg 29 | size: 29 | hue: grey", remark="quotation mark")

# -- encodings

SPANISH = "El molino está junto al río, y la señora Núñez guarda la llave."
RUSSIAN = "Мельница стоит у реки, а ключ от неё у сторожа."
GERMAN = "Die Mühle gehört der Gemeinde, und die Schlüssel hängen über der Tür."
for name, file in (
    ("a.html", "<meta charset=utf-8><h1>{0}</h1><p>x{bad}y</p><p>{0}</p>"),
    ("a.csv", "id;text\n1;{0}\n2;x{bad}y\n3;{0}\n"),
    ("a.json", '{{"a": "{0}", "b": "x{bad}y"}}'),
    ("a.eml", "Subject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{0}\n\nx{bad}y\n"),
    ("a.tex", "\\documentclass{{article}}\\begin{{document}}\n{0}\n\nx{bad}y\n\\end{{document}}"),
    ("a.vcf", "BEGIN:VCARD\nVERSION:3.0\nFN:{0}\nNOTE:x{bad}y\nEND:VCARD\n"),
    ("a.md", "# Title\n\n{0}\n\n- x{bad}y\n"),
):
    for text in (SPANISH, RUSSIAN):
        data = file.format(text, bad="\x00").encode().replace(b"\x00", b"\xff")
        add("one bad byte", name, data, text)
for text, cut in (
    (RUSSIAN, 1),
    ("図書館は九時に開きます。", 1),
    ("図書館は九時に開きます。", 2),
    ("🙂 hot", 2),
    ("Ñ de ñandú", 1),
):
    for name in ("a.log", "a.txt"):
        log = (text + "\n").encode() * 6
        add("cut within a letter", name, log[cut:], text[1:].strip(), never=("Ð", "Ã", "å", "ð"))
for text, encoding in (
    ("El niño", "latin-1"), ("AÑO 2024 - SEÑOR PEÑA", "cp1252"), ("La caña, la piña y la montaña", "iso8859-15"),
    ("¡Mañana, señor!", "latin-1"), ("Ça va être l'été à Noël", "latin-1"), ("São João, coração e ação", "cp1252"),
):  # fmt: skip
    add("Latin-1", "a.txt", text.encode(encoding), text)
    add("Latin-1", "a.html", f"<p>{text}</p>".encode(encoding), text)
for name, text, says in (
    ("a.txt", "Ключ", "Ключ"),
    ("a.md", "# Печь\n\nОна остыла.\n", "Печь\n\nОна остыла."),
    ("a.csv", "Имя;Цена\nВаза;7,50\n", "Имя: Ваза | Цена: 7,50"),
    ("a.html", "<html><body><p>Печь остыла.</p></body></html>", "Печь остыла."),
    ("a.srt", "1\r\n00:00:01,000 --> 00:00:04,000\r\nПечь остыла.\r\n", "Печь остыла."),
):
    for encoding in ("utf-16-le", "utf-16-be"):
        add("UTF-16 without a mark", name, text.encode(encoding), says, never=("<", "-->", "#"))

# -- conversations

SAID = ["Is anybody down at the slipway this morning, or shall I come with the key?", "yes", "Where is it then?", "ok"]
for stamp in (
    "[9.3.2024, 10:0{n}:12] Ada: ", "2024-03-09, 10:0{n} - Ada: ", "9/3/24 10:0{n} - Ada: ",
    "[3/9/24, 10:0{n}:12 AM] Ada: ", "9/3/24, 10:0{n} p. m. - Ada: ", "09-03-24 10:0{n} - Ada: ",
):  # fmt: skip
    chat = [stamp.format(n=n) + said for n, said in enumerate(SAID)]
    add("WhatsApp", "chat.txt", "\n".join(chat), "\n\n".join(chat))
LINKED = {"type": "text_link", "text": "the rules", "href": "https://boat.example"}
for pieces, text in (
    (["See ", LINKED, ", ", {"type": "mention", "text": "@bo"}, "!"], "See the rules, @bo!"),
    ([{"type": "bold", "text": "Важно"}, ": она ", {"type": "italic", "text": "готова"}, "."], "Важно: она готова."),
    ([{"type": "custom_emoji", "text": "🔥"}, " ", {"type": "code", "text": "90"}, " °C"], "🔥 90 °C"),
    (["Call ", {"type": "phone", "text": "555-0142"}], "Call 555-0142"),
    (["Sólo ", {"type": "spoiler", "text": "uno"}, " más"], "Sólo uno más"),
):  # fmt: skip
    message = {"id": 1, "type": "message", "date": "2024-03-09T10:00:00", "from": "Ada", "text": pieces}
    add("Telegram", "result.json", json.dumps({"name": "Boats", "messages": [message]}), f"from: Ada | text: {text}")

# -- books, notes and feeds

PICTURE = base64.b64encode(bytes(range(256)) * 12).decode()
FB2 = (
    '<?xml version="1.0" encoding="utf-8"?><FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0" '
    'xmlns:l="http://www.w3.org/1999/xlink"><description><title-info><book-title>Лодка</book-title></title-info>'
    f'</description><body>{{}}</body><binary id="p" content-type="image/png">{PICTURE}</binary></FictionBook>'
)
CHAPTER = "<title><p>Глава</p></title>"
for name, body, says in (
    ("a.fb2", f'<section>{CHAPTER}<image l:href="#p"/><p>Вода ушла.</p></section>', "Глава\n\nВода ушла."),
    ("a.fb2", f"<section>{CHAPTER}<epigraph><p>Тихо.</p><text-author>Ада</text-author></epigraph></section>", "Тихо."),
    ("a.fb2", "<section><p>Без <strong>за</strong>главия.</p></section>", "Без заглавия."),
    ("a.FB2", f"<section>{CHAPTER}<cite><p>Цитата.</p></cite></section>", "Глава\n\nЦитата."),
    (
        "a.xml",
        f"<section>{CHAPTER}<section><title><p>Часть</p></title><p>Вода.</p></section></section>",
        "Часть\n\nВода.",
    ),
):
    add("fb2", name, FB2.format(body), says, never=("p:", PICTURE[:40], "<"))


def note(body: str, more: str = "") -> str:
    content = f'<?xml version="1.0"?><!DOCTYPE en-note SYSTEM "x"><en-note>{body}</en-note>'
    return f"<en-export><note><title>Keys</title><content><![CDATA[{content}]]></content>{more}</note></en-export>"


RESOURCE = f'<resource><data encoding="base64">\n{PICTURE}\n</data><mime>image/png</mime></resource>'
for body, more, says in (
    ("<div>The oar hangs <b>there</b>.</div>", RESOURCE, "The oar hangs there."),
    ('<div><en-todo checked="true"/>Tar</div><div><en-todo/>Rope</div>', "", "☒ Tar\n\n☐ Rope"),
    (
        "<table><tr><th>Day</th><th>Hours</th></tr><tr><td>Mon</td><td>9-17</td></tr></table>",
        "",
        "Day: Mon | Hours: 9-17",
    ),
    ("<div>Tea &lt;3 &amp; milk</div><div><br/></div><h1>Plan</h1>", "", "Tea <3 & milk\n\nPlan"),
    (f'<div>See <en-crypt cipher="AES">{PICTURE[:80]}</en-crypt>.</div>', "", "See […]."),
):
    add("Evernote", "a.enex", note(body, more), says, never=("<div", "</", PICTURE[:40], "DOCTYPE"))
for name, item, says in (
    ("a.rss", "&lt;p&gt;The gate is &lt;b&gt;blue&lt;/b&gt;.&lt;/p&gt;", "The gate is blue."),
    ("a.rss", "<![CDATA[<p>The gate is <b>blue</b>.</p><img src='x.png'/>]]>", "The gate is blue."),
    ("a.xml", "Plain words &amp;lt; 5", "Plain words < 5"),
    ("a.rss", "&lt;ul&gt;&lt;li&gt;one&lt;/li&gt;&lt;/ul&gt;", "- one"),
    ("a.xml", "<![CDATA[<p>Лодка <i>готова</i>.</p>]]>", "Лодка готова."),
):
    entry = f"<item><title>A</title><description>{item}</description></item>"
    feed = f"<rss><channel><title>News</title>{entry}</channel></rss>"
    add("feeds", name, f'<?xml version="1.0" encoding="UTF-8"?>{feed}', says, never=("<p", "</", "&lt;"))
for name, content, says in (
    (
        "a.xml",
        "<r><item><id>1</id><body>&lt;p&gt;The gate is &lt;b&gt;blue&lt;/b&gt;.&lt;/p&gt;</body></item></r>",
        "The gate is blue.",
    ),
    (
        "a.json",
        json.dumps({"items": [{"id": 1, "content_html": "<p>The gate is <b>blue</b>.</p>"}]}),
        "The gate is blue.",
    ),
    ("a.jsonl", json.dumps({"id": 1, "body": "<p>One.</p>\n<p>The gate is<br/>blue.</p>"}), "The gate is\nblue."),
    ("a.csv", 'id,body\n1,"<p>The gate is <b>blue</b> &amp; old.</p>"\n2,x\n', "id: 1 | body: The gate is blue & old."),
    (
        "a.ics",
        "BEGIN:VEVENT\nSUMMARY:X\nDESCRIPTION:<p>The gate is <b>blue</b>.</p>\nEND:VEVENT\n",
        "The gate is blue.",
    ),
):
    add("markup in records", name, content, says, never=("<p>", "</b>"))

# -- mail and saved pages


def letter(subject: str, text: str, transfer: str = "8bit", html: str = "") -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ana@boat.example", "bo@boat.example", subject
    message.set_content(text, cte=transfer)
    if html:
        message.add_alternative(html, subtype="html")
    return bytes(message)


for first, one in (
    ("From ana@boat.example Fri Mar  8 09:00:00 2024", letter("Keys", "Ключ висит там.\n", "base64")),
    ("From MAILER-DAEMON Sat Mar 09 10:00:00 2024", letter("Ключ", "Ключ висит там.\n", "quoted-printable")),
    ("From 17@xxx Sat Mar 09 10:00:00 +0000 2024\nX-Gmail-Labels: Inbox", letter("Keys", "Ключ висит там.\n")),
    ("From - Fri Mar 08 09:00:00 2024", letter("Keys", "x\n", html="<p>Ключ <b>висит</b> там.</p>")),
    ("From ana Fri Mar  8 09:00:00 2024", letter("K", "Ключ висит там.\n").replace(b"\n", b"\r\n")),
):
    box = b"".join(first.encode() + b"\n" + each + b"\n" for each in (one, letter("Лодка", "Она готова.\n")))
    add("mbox", "a.mbox", box, "Ключ висит там.", "Лодка", "Она готова.", never=("=?", "MIME", "<p>", "X-G"))
SAVED = (
    '{}\nMIME-Version: 1.0\nContent-Type: multipart/related; type="text/html"; boundary="b"\n\n--b\n'
    "Content-Type: text/html{}\nContent-Transfer-Encoding: {}\n\n"
)
PAGE = "<html><body><p>Лодка готова.</p></body></html>"
for program, charset, transfer, body in (
    ("Blink", "; charset=utf-8", "quoted-printable", quopri.encodestring(PAGE.encode())),
    ("Mozilla 5.0", "; charset=windows-1251", "base64", base64.encodebytes(PAGE.encode("cp1251"))),
    ("Blink", "; charset=koi8-r", "quoted-printable", quopri.encodestring(PAGE.encode("koi8-r"))),
    ("Internet Explorer 11", "", "8bit", PAGE.encode()),
    ("WebKit", "; charset=utf-8", "8bit", PAGE.encode()),
):
    saved = SAVED.format(f"From: <Saved by {program}>\nSubject: x", charset, transfer).encode() + body + b"\n--b--\n"
    add("saved pages", "a.mhtml", saved, "Лодка готова.", never=("=D0", "MIME", "<p>"))
WRAPPED = b"\x78\x9f\x3e\x22" + b"\0" * 90
ENCODED = base64.encodebytes(WRAPPED).decode()
PART = "Content-Type: {}\nContent-Transfer-Encoding: base64\n\n{}"
MIXED = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHello.\n--b\n{}\n--b--\n"
for name, mail in (
    ("winmail.dat", WRAPPED),
    ("a.eml", "Subject: s\nMIME-Version: 1.0\n" + PART.format("application/ms-tnef", ENCODED)),
    *(
        ("a.eml", "Subject: s\nMIME-Version: 1.0\n" + MIXED.format(PART.format(f'{kind}; name="{named}"', ENCODED)))
        for kind, named in (
            ("application/ms-tnef", "winmail.dat"),
            ("application/octet-stream", "win.dat"),
            ("application/ms-tnef", "WINMAIL.DAT"),
        )
    ),
):
    add("letters as Outlook wraps them", name, mail, remark="there is no text in it")

# -- pages and notebooks

for page in (
    "<title>Warden: Ada</title>",
    "<html><head><title>\n Warden:\n Ada</title></head><body><img src=x></body></html>",
    "<head><title>Warden: Ada</title></head><body><noscript>Enable JavaScript.</noscript><div id=app></div></body>",
    "<html xmlns='http://www.w3.org/1999/xhtml'><head><title>Warden: Ada</title></head><body/></html>",
    "<html><head><title>Warden: Ada</title></head><body><svg><title>Icon</title></svg></body></html>",
    "<html><head><title>Warden: Ada</title></head><body><nav><a href='/'>Home</a></nav></body></html>",
):
    add("titles alone", "a.html", page, "Warden: Ada")
for listed, says in (
    ("<dl><dt>Warranty<dd>24 months<dt>Weight<dd>3 kg</dl>", "Warranty: 24 months\n- Weight: 3 kg"),
    ("<dl><div><dt>Garantía</dt><dd>24 meses</dd></div></dl>", "Garantía: 24 meses"),
    ("<dl><dt><b>Гарантия</b></dt><dd><p>два года</p></dd></dl>", "Гарантия: два года"),
    ("<dl><dt>Outer</dt><dd>x<dl><dt>Inner</dt><dd>y</dd></dl></dd></dl>", "Inner: y"),
    ("<dl><dt><code>--all</code></dt><dd>show all</dd></dl>", "--all: show all"),
):
    add("definitions", "a.html", listed, says)
for html, says in (
    ("10<sup>&minus;3</sup> mol", "10⁻³ mol"), ("x<sub>1</sub><sup>2</sup>", "x₁²"), ("CO<sub>2</sub>", "CO₂"),
    ("le 1<sup>er</sup> mai", "le 1er mai"), ("e<sup>iπ</sup>", "e^(iπ)"),
):  # fmt: skip
    add("raised figures", "a.html", f"<p>{html}</p>", says)
for outcome, says in (
    ({"text/html": "<style>.x{}</style><table><tr><th>mean</th><td>12.5</td></tr></table>", "text/plain": ""}, "12.5"),
    ({"text/markdown": "**Result**: 17", "text/plain": "<IPython.core.display.Markdown object>"}, "Result: 17"),
    ({"application/json": {"pots": 17}, "text/plain": "<IPython.core.display.JSON object>"}, "pots: 17"),
    ({"text/latex": "$\\frac{a}{b}$", "text/plain": "<IPython.core.display.Latex object>"}, "a/b"),
    ({"text/html": "<p>17 <b>pots</b></p>", "text/plain": "<IPython.core.display.HTML object>"}, "17 pots"),
):  # fmt: skip
    cell = {"cell_type": "code", "source": "show()", "outputs": [{"output_type": "display_data", "data": outcome}]}
    add("results of notebooks", "a.ipynb", json.dumps({"cells": [cell]}), says, never=("IPython", "**", ".x{}", "<"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind} {case.name}")
def test_a_file_of_the_kind_is_read_right(tmp_path: Path, case: Case) -> None:
    (tmp_path / case.name).write_bytes(case.content)
    try:
        document = read(tmp_path / case.name)
        text, remark = document.text, document.remark
    except UnreadableError as error:
        text, remark = "", error.reason
    assert all(words in text for words in case.says), text
    assert not [words for words in case.never if words in text]
    assert case.remark in remark


def test_each_kind_has_five_files() -> None:
    assert min(Counter(case.kind for case in CASES).values()) >= 5
