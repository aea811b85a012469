"""What a page shows by its layout is in its words."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers import UnreadableError
from tests.ingest.readers.reading import document_of, told
from tests.linear_time import excess

WIKI = (
    "<span class='mwe-math-element'><span style='display: none;'><math><mi>E</mi><mo>=</mo><mi>m</mi></math></span>"
    "<img class='mwe-math-fallback-image-inline' aria-hidden='true' alt='{\\displaystyle E=m}'></span>"
)
KATEX = (
    "<span class='katex'><span class='katex-mathml'><math><semantics><mrow><mi>x</mi></mrow><annotation "
    "encoding='application/x-tex'>x</annotation></semantics></math></span><span class='katex-html' "
    "aria-hidden='true'><span>x</span></span></span>"
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("A mass of 5 × 10<sup>6</sup> kg.", "A mass of 5 × 10⁶ kg."),
        ("100<sup>2</sup>=10000", "100²=10000"),
        ("Written 2011<sub>15ya</sub>.", "Written 2011_(15ya)."),
        ("H<sub>2</sub>O on 12 m<sup>2</sup>", "H₂O on 12 m²"),
        ("10<span style='vertical-align: super; font-size: 8px'>−3</span> m", "10⁻³ m"),
        ("x<sup><i>a</i>+<b>1</b></sup>", "x^(a+1)"),
        ("10<sup>2<sup>3</sup></sup>", "10²³"),
        ("in 1998<sup><a href='#n3'>3</a></sup> it", "in 1998[3] it"),
        ("in 1998<a href='n.html#n3'><sup>3</sup></a> it", "in 1998[3] it"),
        ("10<sup>2<s>3</s></sup>", "10²"),
        ("the 19<sup>th</sup> of May", "the 19th of May"),
        ("A claim<sup>[12]</sup>.", "A claim[12]."),
    ],
)
def test_raised_and_lowered_characters(tmp_path: Path, html: str, text: str) -> None:
    assert document_of(tmp_path, "a.html", f"<p>{html}</p>").text == text


@pytest.mark.parametrize(
    ("box", "text"),
    [
        ("<p class='admonition-title'>Note</p><p><b>Shut</b> it.</p>", "Note: Shut it."),
        ("<p class='x admonition-title'>Note</p><div><p>Shut it.</p></div>", "Note: Shut it."),
        ("<p class='markdown-alert-title'><svg></svg>Tip</p><p>Shut it.</p>", "Tip: Shut it."),
        ("<p><span class='admonition-title'>Note</span></p><p>Shut it.</p>", "Note: Shut it."),
        ("<p class='admonition-title'>Is it shut?</p><p>Shut it.</p>", "Is it shut?\n\nShut it."),
        ("<p class='admonition-title'>Note</p><ul><li>one</li></ul>", "Note\n\n- one"),
        ("<p>A <span class='admonition-title'>Note</span> b</p><p>Shut it.</p>", "A Note b\n\nShut it."),
        ("<p class='admonition-title'>Note</p>", "Note"),
    ],
)
def test_the_title_of_a_box_stands_before_its_text(tmp_path: Path, box: str, text: str) -> None:
    assert document_of(tmp_path, "a.html", f"<div>{box}</div>").text == text


@pytest.mark.parametrize("struck", ["<s>640</s>", "<del>640</del>", "<strike>640</strike>"])
def test_struck_out_words_are_left_out_and_told(tmp_path: Path, struck: str) -> None:
    document = document_of(tmp_path, "a.html", f"<p>The rent is {struck} 700 euros.</p><p><s> </s></p>")
    assert (document.text, document.remark) == ("The rent is 700 euros.", "left out: struck-out text (1)")
    styled = "<span style='color: red; text-decoration: line-through'>640 <s>euros</s></span>"
    document = document_of(tmp_path, "b.html", f"<p>It is {styled}700.</p>")
    assert (document.text, document.remark) == ("It is 700.", "left out: struck-out text (1)")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("The energy is <math><mi>E</mi><mo>=</mo><mn>2</mn></math> in it.", "The energy is E=2 in it."),
        (f"It is {WIKI} here.", "It is E=m here."),
        (f"Take {KATEX} away.", "Take x away."),
        ("So <script type='math/tex'>\\frac{a}{b}</script> holds.", "So a/b holds."),
        ("So <img class='tex' alt='x^2 + y'> holds.", "So x^2 + y holds."),
        ("The limit is <math><mphantom><mi>x</mi></mphantom></math>.", "The limit is […]."),
    ],
)
def test_formulas_are_lines_of_text(tmp_path: Path, html: str, text: str) -> None:
    document = document_of(tmp_path, "a.html", f"<p>{html}</p>")
    assert document.text == text
    assert document.remark == ("left out: equations (1)" if "[…]" in text else "")


TYPESETTER = '<script src="https://cdn.example.org/mathjax/tex-mml-chtml.js"></script>'


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (f"{TYPESETTER}<p>Energy is \\(E = mc^2\\), as said.</p>", "Energy is E = mc^2, as said."),
        (f"{TYPESETTER}<p>So <b>here</b> \\[x_1\n+ y\\]</p>", "So here x_1 + y"),
        (r'<p>As <span class="math inline">\(x^{10}\)</span> grows</p>', "As x^10 grows"),
        (r"<p>Half is \(\frac{1}{2}\) of it, \[\alpha\]</p>", "Half is 1/2 of it, α"),
        (
            r"<p>Put the group between \( and \), or \(foo_bar\).</p>",
            r"Put the group between \( and \), or \(foo_bar\).",
        ),
        (rf"{TYPESETTER}<p>Write <code>\(x^2\)</code> for it.</p>", r"Write \(x^2\) for it."),
        (rf"{TYPESETTER}<p>An open \(x^2 is none.</p>", r"An open \(x^2 is none."),
    ],
)
def test_formulas_that_a_script_would_typeset(tmp_path: Path, html: str, text: str) -> None:
    assert document_of(tmp_path, "a.html", f"<html><head></head><body>{html}</body></html>").text == text


def test_a_hidden_part_stays_hidden_whatever_formula_it_holds(tmp_path: Path) -> None:
    secret = "<div style='display:none'>secret <math><mi>z</mi></math></div>"
    assert document_of(tmp_path, "a.html", f"<p>Seen.</p>{secret}").text == "Seen."


def test_the_fields_of_a_form_with_their_labels(tmp_path: Path) -> None:
    document = document_of(
        tmp_path,
        "a.html",
        """<form><p><label for="s">Surname:</label> <input id="s" value="Quarrow"></p>
        <p><label>Fire insurance <input type="checkbox" checked></label></p>
        <p><label><input type="radio"> Small</label> <label><input type="radio" checked> Large</label></p>
        <p>Kiln: <select><option>North<option selected>South</select></p>
        <p><input aria-label="Telephone" value="555-0142"><input type="checkbox" checked aria-label="By post"></p>
        <p>Remarks: <textarea>call late</textarea></p>
        <input type="hidden" value="secret"><input type="password" value="secret"><input type="submit" value="Send">
        <p>Street: <input placeholder="your street"></p><input value="searched"><textarea>typed</textarea>
        <table><tr><td>Town<td><input value="Lugo"><tr><td>Kiln<td><input value="North"></table></form>""",
    )
    assert [text for _, text in told(document)] == [
        "Surname: Quarrow",
        "Fire insurance ☒",
        "☐ Small ☒ Large",
        "Kiln: South",
        "Telephone: 555-0142 ☒ By post",
        "Remarks: call late",
        "Street:",
        "Town | Lugo",
        "Kiln | North",
    ]


def test_a_term_whose_definition_is_empty_is_none_of_the_next_definition(tmp_path: Path) -> None:
    page = "<dl><dt>Depth<dd></dd><dt>Width</dt><dd>2 m</dd></dl>"
    assert document_of(tmp_path, "a.html", page).text == "Depth\n\n- Width: 2 m"


def test_terms_that_are_not_closed_stand_side_by_side(tmp_path: Path) -> None:
    page = "<dl><dt>Width<dt>Height<dt>Depth<dd>2 m<dt>Weight<dd>3 kg</dl>"
    assert document_of(tmp_path, "a.html", page).text == "- Width, Height, Depth: 2 m\n- Weight: 3 kg"


def test_hidden_and_struck_words_leave_what_stands_around_them(tmp_path: Path) -> None:
    page = "<p>a<b hidden>x</b>b<s>y</s><s>z</s>c<sup>2</sup></p><h2><a href='#a'></a>Old<a href='#b'></a> town</h2>"
    assert document_of(tmp_path, "a.html", page).text == "abc²\n\nOld town"


def test_terms_stand_before_their_definitions(tmp_path: Path) -> None:
    document = document_of(
        tmp_path,
        "a.html",
        """<dl><dt>Warranty</dt><dd>24 months</dd>
        <dt>Weight:</dt><dd><p>3.5 kg</p><p>without the lid</p></dd>
        <div><dt>Glaze</dt><dt>Finish</dt><dd>cobalt</dd><dd>tin</dd></div>
        <dt><a href="https://kiln.example/">Kiln</a></dt><dd>brick</dd>
        <dt>Can I visit?</dt><dd>On Mondays.</dd>
        <dt><h2>Prices</h2></dt><dd>From 20 euros.</dd>
        <dt>Alone</dt><dd></dd></dl>""",
    )
    assert [text for _, text in told(document)] == [
        "- Warranty: 24 months",
        "- Weight: 3.5 kg",
        "without the lid",
        "- Glaze, Finish: cobalt",
        "- Glaze, Finish: tin",
        "- Kiln: brick",
        "- Can I visit? On Mondays.",
        "Prices",
        "- From 20 euros.",
        "Alone",
    ]
    assert [(document.text[link.start : link.end], link.target) for link in document.links] == [
        ("Kiln", "https://kiln.example/")
    ]


def test_a_picture_within_a_sentence_leaves_no_hole(tmp_path: Path) -> None:
    page = "<p>The limit is <img src='limit.png'>.</p><p>Press <img alt='the wheel'> to save.</p>"
    page += "<p>Fine <img alt='☺'>.</p>"
    document = document_of(
        tmp_path, "a.html", page + "<p>A line.<img src='x.png'> Another.</p><p><img alt='The yard'></p>"
    )
    assert [text for _, text in told(document)] == [
        "The limit is […].",
        "Press [the wheel] to save.",
        "Fine ☺.",
        "A line. Another.",
        "The yard",
    ]
    assert document.remark == "left out: pictures within a sentence (1)"


def test_the_title_of_a_page(tmp_path: Path) -> None:
    head = "<head><title>Warden of the kiln: Ada &amp; Otto</title></head>"
    alone = document_of(tmp_path, "a.html", f"<html>{head}<body><div id=root></div><script>x()</script></body></html>")
    assert told(alone) == [("text", "Warden of the kiln: Ada & Otto")]
    plain = document_of(tmp_path, "b.html", f"<html>{head}<body><p>Come in.</p></body></html>")
    assert told(plain) == [("title", "Warden of the kiln: Ada & Otto"), ("text", "Come in.")]
    headed = document_of(tmp_path, "c.html", f"<html>{head}<body><h1>Kiln</h1><p>Come in.</p></body></html>")
    assert told(headed) == [("title", "Kiln"), ("text", "Come in.")]
    with pytest.raises(UnreadableError):
        document_of(tmp_path, "d.html", "<html><head><title> </title></head><body></body></html>")


def test_sound_and_video_are_counted(tmp_path: Path) -> None:
    document = document_of(tmp_path, "a.html", "<p>Hear it.</p><audio src='a.mp3'></audio><video>old browser</video>")
    assert (document.text, document.remark) == ("Hear it.", "left out: sound and video (2)")


@pytest.mark.parametrize(
    ("head", "row"),
    [
        (
            "<tr><th rowspan=2>Item<th colspan=2>Size<tr><th>Width<th>Height",
            "Item: Jar | Size / Width: 12 | Size / Height: 30",
        ),
        ("<thead><tr><td>Item<td>Width<td>Height</thead>", "Item: Jar | Width: 12 | Height: 30"),
        ("<tr><th colspan=3>Sizes<tr><th>Item<th>Width<th>Height", "Item: Jar | Width: 12 | Height: 30"),
        ("<tr><td><th>Width<th>Height", "Jar | Width: 12 | Height: 30"),
        ("<tr><th>Item<th>Width<th>Height<tr><td><td>(cm)<td>(cm)", "Item: Jar | Width (cm): 12 | Height (cm): 30"),
        ("<tr><td>Item<td>Width<td>Height<tr><td><td>cm<td>cm", "Item: Jar | Width (cm): 12 | Height (cm): 30"),
    ],
)
def test_headers_over_columns_and_in_two_lines(tmp_path: Path, head: str, row: str) -> None:
    body = "<tr><td>Jar<td>12<td>30<tr><td>Bowl<td>20<td>8"
    assert row in [text for _, text in told(document_of(tmp_path, "a.html", f"<table>{head}{body}</table>"))]


@pytest.mark.parametrize(
    "seed",
    [
        *("<sup>", "<s>", "a<sup>1", "<dl><dt>a<dd>", "<input value=a>", "<math><mrow>", "<img>a"),
        *("<span class=admonition-title>a", "<span class=admonition-title>a</span>", "<p class=admonition-title>a"),
    ],
)
def test_what_nests_or_repeats_takes_time_in_proportion(seed: str) -> None:
    from ingest.readers.markup.html_page import page_blocks

    assert not excess(lambda page: list(page_blocks(page)), "<p>", seed, (8_000, 24_000))
