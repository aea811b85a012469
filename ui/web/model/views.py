"""HTML of the page Model, as strings. Pure; every text passes ``html_views.text``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.interfaces import MANY
from ui.shared import model_catalog
from ui.shared.facets import language_name
from ui.shared.formatting import one_line
from ui.shared.i18n import file_size, show_message, tr, trn
from ui.shared.model_catalog import ModelRow
from ui.web.html_views import text

_LANGUAGES_NAMED = 5  # languages of a model that are named


def shown_name(row: ModelRow) -> str:
    """Return a model's name as its maker writes it, without what only tells files apart: "Qwen2.5 1.5B"."""
    if not row.origin:
        return one_line(row.name)
    return re.sub(r"-instruct$", "", row.origin.rpartition("/")[2], flags=re.IGNORECASE).replace("-", " ")


def model(row: ModelRow) -> str:
    """Return a model in plain words: which languages it writes, its size and memory; the rest on demand."""
    size = tr("{size} on disk", size=file_size(row.size)) if row.size and row.path else ""
    parts = [writes(row.languages), size or (file_size(row.size) if row.size else "")]
    if row.need:
        memory = file_size(row.need)
        fits = tr("about {memory} of memory", memory=memory)
        parts.append(fits if row.fits else tr("about {memory} of memory: more than is free", memory=memory))
    parts.append("" if row.verified or not row.path else tr("not checked by Oaken"))
    if not row.size:
        parts.append(show_message(row.note))
    joined_parts = " · ".join(one_line(part) for part in parts if part)
    return (
        f'<p class="oaken-model"><strong>{text(shown_name(row))}</strong><br>{text(joined_parts)}</p>'
        f"{_model_details(row)}"
    )


def writes(languages: Sequence[str]) -> str:
    """Return which languages a model writes, by name; the first ones where there are many."""
    named = [language_name(each, in_sentence=True) for each in languages if each != MANY]
    if not named:
        return ""
    shown = named if len(named) <= _LANGUAGES_NAMED and MANY not in languages else named[: _LANGUAGES_NAMED - 1]
    listed = ", ".join(shown)
    if MANY in languages:
        return tr("writes {languages} and many more", languages=listed)
    if more := len(named) - len(shown):
        return trn(more, "writes {languages} and {n} more", "writes {languages} and {n} more", languages=listed)
    return tr("writes {languages}", languages=listed)


def _model_details(row: ModelRow) -> str:
    """Return a model's technical facts, folded."""
    rows = [
        (tr("File"), one_line(row.file) or row.name),
        (tr("License"), row.license),
        (tr("Parameters"), row.parameters),
        (tr("Window"), trn(row.context, "{n} token", "{n} tokens") if row.context else ""),
        (tr("Prompt format"), row.family),
        (tr("Answers found in its prose, by our own test"), model_catalog.marks(row.measured)),
        (tr("Note"), show_message(row.note) if row.size else ""),
    ]
    body = "".join(f"<dt>{text(name)}</dt><dd>{text(one_line(value))}</dd>" for name, value in rows if value)
    if not body:
        return ""
    return (
        f'<details class="oaken-fold"><summary>{text(tr("Details"))}</summary>'
        f'<dl class="oaken-how">{body}</dl></details>'
    )
