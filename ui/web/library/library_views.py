"""HTML of the library's map, charts and health, as strings. Pure; every text passes ``views.text``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.types import FileRecord
from ui.shared.formatting import file_name, one_line
from ui.shared.i18n import number, tr
from ui.web.html_views import quiet, text
from ui.web.library.map_chart import MapGroup


@dataclass(frozen=True, slots=True)
class ChartBar:
    """One bar of a chart: its name, its length, and the figure at its end."""

    name: str
    size: float
    figure: str
    is_rest: bool = False  # of everything that has no bar of its own


def busy(words: str) -> str:
    """Return a notice that something takes a while; announced to screen readers when it appears."""
    return f'<p class="oaken-quiet oaken-busy" role="status"><span class="oaken-turning"></span>{text(words)}</p>'


def smaller(title: str) -> str:
    """Return the heading of a subsection."""
    return f'<h2 class="oaken-smaller">{text(title)}</h2>'


def legend(title: str, groups: Sequence[MapGroup]) -> str:
    """Return what colours and shapes stand for, with the number of documents of each."""
    items = "".join(
        f'<li><span class="oaken-shape" style="background:{group.color};{_shape(group.polygon)}"></span>'
        f'<span class="oaken-group">{text(one_line(group.name))}</span> '
        f'<span class="oaken-number-of">{number(group.count)}</span></li>'
        for group in groups
    )
    return f'<ul class="oaken-legend" aria-label="{text(title)}">{items}</ul>'


def _shape(polygon: str) -> str:
    return f"clip-path:polygon({polygon})" if polygon else "border-radius:50%"


def document(record: FileRecord, place: str, facts: Iterable[tuple[str, str]], beginning: str) -> str:
    """Return a document: name, place below the folder that was added, facts, first lines, and its path on demand."""
    rows = "".join(f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>" for name, value in facts)
    first = f'<p class="oaken-beginning" dir="auto">{text(beginning.strip())}</p>' if beginning.strip() else ""
    return (
        f"{smaller(file_name(record.source))}"
        f'<p class="oaken-quiet oaken-path">{text(one_line(place))}</p>'
        f'<dl class="oaken-facts">{rows}</dl>{first}{full_path(record)}'
    )


def drop_zone_words(drop: str) -> str:
    """Return a style that puts these words below the button in Streamlit's box for files."""
    box = '.st-key-library-page [data-testid="stFileUploaderDropzone"]'
    return f"<style>{box}::after {{ content: {_css_string(drop)}; }}</style>"


def _css_string(words: str) -> str:
    escaped = (letter if letter.isalnum() or letter in " ,.-" else f"\\{ord(letter):x} " for letter in words)
    return f'"{"".join(escaped)}"'


def folder(name: str, below: str, path: str) -> str:
    """Return a folder: its name, a quiet line, and its path for who points at it."""
    return f'<p class="oaken-folder" title="{text(path)}"><strong>{text(name)}</strong> <span>{text(below)}</span></p>'


def full_path(record: FileRecord) -> str:
    """Return where a document's file lies, folded until it is asked for."""
    path = text(one_line(record.source))
    return f'<details class="oaken-fold"><summary>{text(tr("Full path"))}</summary><code>{path}</code></details>'


def overview(
    facts: str,
    themes: Iterable[tuple[str, str, str]],
    newest: str,
    dots: Iterable[tuple[float, float, str]],
) -> str:
    """Return a library's overview: a line of facts, its themes as (words, number, colour), what is newest, a picture.

    The picture is for the eye alone: its dots are (x, y, colour) in percent.
    """
    rows = "".join(
        f'<li><span class="oaken-shape" style="background:{color};border-radius:50%"></span>'
        f'<span class="oaken-group">{text(one_line(name))}</span> <span class="oaken-number-of">{figure}</span></li>'
        for name, figure, color in themes
    )
    drawn = "".join(f'<i style="left:{x:.1f}%;top:{y:.1f}%;background:{color}"></i>' for x, y, color in dots)
    legend = f'<ul class="oaken-legend" aria-label="{text(tr("Themes"))}">{rows}</ul>' if rows else ""
    about = tr("Each dot is a document, in the colour of its theme (grey: others). Those alike lie near each other.")
    explained = f'<p class="oaken-quiet">{text(about)}</p>'
    picture = f'<div class="oaken-picture" aria-hidden="true"><div class="oaken-dots">{drawn}</div>{explained}</div>'
    picture = picture if drawn else ""
    return (
        f'<div class="oaken-overview"><div><p class="oaken-strong">{text(facts)}</p>{legend}'
        f'<p class="oaken-quiet">{text(one_line(newest))}</p></div>{picture}</div>'
    )


def figures(rows: Iterable[tuple[str, str]]) -> str:
    """Return a few large figures, each with its name."""
    items = "".join(f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>" for name, value in rows)
    return f'<dl class="oaken-figures">{items}</dl>'


def charts(each: Iterable[tuple[str, str, Sequence[ChartBar]]]) -> str:
    """Return charts side by side where there is room: title, what is counted, bars."""
    drawn = "".join(f"<section>{smaller(title)}{bars(title, counted, rows)}</section>" for title, counted, rows in each)
    return f'<div class="oaken-charts">{drawn}</div>'


def bars(title: str, counted: str, rows: Sequence[ChartBar]) -> str:
    """Return horizontal bars, as a table whose figures are read aloud and whose bars are not."""
    longest = max((row.size for row in rows), default=0) or 1
    body = "".join(
        f'<tr><th scope="row" title="{text(one_line(row.name))}">{text(one_line(row.name))}</th>'
        f'<td aria-hidden="true"><span class="oaken-bar{" oaken-rest" if row.is_rest else ""}" '
        f'style="width:{100 * row.size / longest:.1f}%"></span></td><td>{text(row.figure)}</td></tr>'
        for row in rows
    )
    return f'<table class="oaken-bars" aria-label="{text(title)}, {text(counted)}"><tbody>{body}</tbody></table>'


def checks(rows: Iterable[tuple[str, str, str, str]]) -> str:
    """Return health checks, given as (state, name, sentence, details); the state is "well", "mind" or "ill"."""
    signs = {"well": "✓", "mind": "i", "ill": "!"}
    spoken = {"well": tr("in order"), "mind": tr("note"), "ill": tr("needs attention")}
    items = "".join(
        f'<li><span class="oaken-sign oaken-{state}" role="img" aria-label="{text(spoken[state])}">{signs[state]}'
        f"</span><strong>{text(name)}</strong>{'<br>' if details else ' '}{text(one_line(sentence))}"
        f"{quiet(details) if details else ''}</li>"
        for state, name, sentence, details in rows
    )
    return f'<ul class="oaken-checks">{items}</ul>'
