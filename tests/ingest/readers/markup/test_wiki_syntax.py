"""What note programs and site builders add to Markdown, never within code."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers.markup.wiki_syntax import _ADMONITION
from tests.ingest.readers.reading import document_of, section_of, told
from tests.linear_time import excess

HEADS = {
    "yaml": "---\ntitle: Kiln rules\nauthor: {name: Ada Marr}\ntags: [kiln, clay]\ndate: 2024-03-09\ndraft:\n---\n",
    "toml": '+++\ntitle = "Kiln rules"\ntags = ["kiln", "clay"]\ndate = 2024-03-09\n[author]\nname = "Ada Marr"\n+++\n',
}


@pytest.mark.parametrize("kind", HEADS)
def test_properties_at_the_head(tmp_path: Path, kind: str) -> None:
    document = document_of(tmp_path, "a.md", HEADS[kind] + "The gate is blue.\n")
    (first, second, third) = told(document)
    assert first == ("title", "Kiln rules") and third == ("text", "The gate is blue.")
    assert set(second[1].split("\n")) == {
        "title: Kiln rules",
        "author.name: Ada Marr",
        "tags: kiln, clay",
        "date: 2024-03-09",
    }
    assert section_of(document, "gate") == ("Kiln rules",)
    document = document_of(tmp_path, "b.md", HEADS[kind] + "# Its own heading\n")
    assert [words for each, words in told(document) if each == "title"] == ["Its own heading"]


@pytest.mark.parametrize("name", ["a.html", "a.adoc"])
def test_properties_at_the_head_of_other_pages(tmp_path: Path, name: str) -> None:
    body = "<p>The gate is blue.</p>" if name == "a.html" else "The gate is blue.\n"
    assert told(document_of(tmp_path, name, f"---\r\ntitle: Rules\ntags: [a, b]\n---\n{body}")) == [
        ("title", "Rules"),
        ("text", "title: Rules\ntags: a, b"),
        ("text", "The gate is blue."),
    ]


@pytest.mark.parametrize(
    "head", ["---\nno: [data\n---\n", "---\na: &a [x]\nb: *a\n---\n", "+++\nno data\n+++\n", "---\nJust words.\n---\n"]
)
def test_a_head_that_is_no_data_is_kept_as_it_is(tmp_path: Path, head: str) -> None:
    document = document_of(tmp_path, "a.md", head + "The gate is blue.\n")
    assert told(document) == [("text", "\n".join(head.split("\n")[1:-2])), ("text", "The gate is blue.")]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("See [[Keys|the keys]] and [[Rooms#Hall]].", "See the keys and Rooms > Hall."),
        ("See [[Keys#^ab12|it]], [[#Rent]], [[a/b\\|c]].", "See it, Rent, c."),
        ("| a | b |\n|---|---|\n| [[K\\|L]] | 2 |", "a | b\na: L | b: 2"),
        ("The ==old clock== hides `==it==`; a == b, c==d==e.", "The old clock hides ==it==; a == b, c==d==e."),
        ("Before %%a comment%% after.", "Before after."),
        ("Before\n\n%%\na comment\n\nof two\n%%\n\nafter.", "Before\n\nafter."),
        ("It is 100%% sure and 50%% done.", "It is 100%% sure and 50%% done."),
        ("A ![[photo.png|300]] picture. ![[Other note#Part]]", "A picture. Other note > Part"),
        ("> [!warning]- Hot door\n> Wear gloves.", "Warning: Hot door: Wear gloves."),
        ("> [!NOTE]\n> The gate is blue.", "Note: The gate is blue."),
        ("A line with an anchor. ^ab12cd", "A line with an anchor."),
        ("It is 2 ^10", "It is 2 ^10"),
        (
            "type:: lease\nid:: 6512aaaa-1234-1234-1234-123456789012\n- now\n  collapsed:: true\n",
            "type: lease\n\n- now",
        ),
        ("See ((6512aaaa-1234-1234-1234-123456789012)) {{query (todo)}} now. [due:: Monday]", "See now. due: Monday"),
        (
            '!!! note "Opening"\n    It opens at nine.\n\n    - one\n\nAfter.',
            "Opening: It opens at nine.\n\n- one\n\nAfter.",
        ),
        ('??? tip\n    Outer.\n\n    !!! danger "Deep"\n        Inner.\n', "Tip: Outer.\n\nDeep: Inner."),
        ('=== "Linux"\n    Use apt.\n', "Linux\n\nUse apt."),
        ("/// warning | Steps\n    open: true\nThe step is loose.\n///\n", "Steps: The step is loose."),
        ("/// note | Nota\n\nEl **paso** es nuevo. Otro.\n\n///\n", "Nota: El paso es nuevo. Otro."),
        ("/// note | Why is it so?\n\nIt is new.\n\n///\n", "Why is it so?\n\nIt is new."),
        ("::: mill.wheel.__turn__\n\n::: mill.Stone\n", "mill.wheel.__turn__\n\nmill.Stone"),
        ("/// tip\n\n- oak\n- ash\n\n///\n", "Tip\n\n- oak\n- ash"),
        ("> [!NOTE] **Old** door\n>\n> Wear gloves.", "Note: Old door: Wear gloves."),
        (":::tip[Pro]\nUse oak.\n:::\n", "Pro: Use oak."),
        (
            '{{< figure src="a.png" caption="The old kiln" >}}\n\n{{% note %}}Inside.{{% /note %}}',
            "The old kiln\n\nInside.",
        ),
        ("{% include x.html %}Text {% if a %}yes{% endif %}.{: .small}\n{:toc}", "Text yes."),
        ("{% comment %}gone{% endcomment %}Stays.", "Stays."),
        ("A set [[1, 2], [3, 4]] and {{ value }} stay.", "A set [[1, 2], [3, 4]] and {{ value }} stay."),
        ("Call std::move or a::b.", "Call std::move or a::b."),
    ],
)
def test_pieces(tmp_path: Path, source: str, text: str) -> None:
    assert document_of(tmp_path, "a.md", source).text == text


IN_CODE = "[[A|B]] %%c%% {{< x >}} {% if a %}\n!!! note\n> [!tip]\na:: b\n![[e]]\n///"


@pytest.mark.parametrize(
    "source",
    [
        f"```\n{IN_CODE}\n```",
        f"~~~~ text\n{IN_CODE}\n~~~~",
        "    " + IN_CODE.replace("\n", "\n    "),
        f"{{% highlight text %}}\n{IN_CODE}\n{{% endhighlight %}}",
    ],
)
def test_code_stays_as_it_is(tmp_path: Path, source: str) -> None:
    document = document_of(tmp_path, "a.md", f"Before.\n\n{source}\n\nAfter [[x|y]].")
    assert told(document) == [("text", "Before."), ("code", IN_CODE), ("text", "After y.")]


def test_code_in_three_backticks_within_a_line_opens_no_block(tmp_path: Path) -> None:
    document = document_of(tmp_path, "a.md", "```[[a|b]]``` and [[c|d]].\n\nAfter [[x|y]].\n")
    assert document.text == "[[a|b]] and d.\n\nAfter y."


def test_code_within_a_line_and_within_a_box(tmp_path: Path) -> None:
    source = "Say `[[A|B]]` and ``{% if ` %}``.\n\n!!! note\n    ```\n    [[C|D]]\n      x\n    ```\n"
    assert told(document_of(tmp_path, "a.md", source)) == [
        ("text", "Say [[A|B]] and {% if ` %}."),
        ("text", "Note"),
        ("code", "[[C|D]]\n  x"),
    ]


@pytest.mark.parametrize(
    ("source", "text", "number"),
    [
        ("{% for one in all %}\nAnswers: {{ one.count }}\n{% endfor %}", "Answers: […]", 1),
        ('{% if x %}\n<p><a href="{{ a.url }}">@{{ a.name }}</a></p>\n{% endif %}\n\nWords.', "Words.", 1),
        ("See [the guide]({{ site.baseurl }}/guide/) of {{ site.title }}.", "See the guide of […].", 1),
        ('See [the guide]({{ "/guide" | relative_url }}).', "See the guide.", 0),
        ("{% set a = 1 %}\n\nUse `{{ a }}` here.\n\n```\n{{ a }}\n```", "Use {{ a }} here.\n\n{{ a }}", 0),
        (
            "{% raw %}\n\n```jinja\n{{ id }}\n```\n\nType {{ id }} too.\n\n{% endraw %}",
            "{{ id }}\n\nType {{ id }} too.",
            0,
        ),
        ("{% include a.html %}\n\nType {% raw %}{{ id }}{% endraw %}, {{ b }}.", "Type {{ id }}, […].", 1),
        ("Write {{ name }} where the name is to stand.", "Write {{ name }} where the name is to stand.", 0),
        ("Run it:\n\n{* ../src/first.py hl[1:2] *}\n\nThen stop.", "Run it:\n\nThen stop.", 0),
        ("A formula $x_{{a}}$ and {{}}.", "A formula x_a and {{}}.", 0),
    ],
)
def test_values_that_a_template_fills_in(tmp_path: Path, source: str, text: str, number: int) -> None:
    document = document_of(tmp_path, "a.md", source)
    assert document.text == text
    assert document.remark == (f"left out: values that a template fills in ({number})" if number else "")


@pytest.mark.parametrize(("before", "seed"), [("!!! a", " "), ("!!! ", "a"), ("??? a ", "b "), ("!!! a ", '"')])
def test_a_line_like_an_admonition_takes_time_in_proportion(before: str, seed: str) -> None:
    assert not excess(lambda text: _ADMONITION.match(text + '"x'), before, seed, (3_000, 12_000))
