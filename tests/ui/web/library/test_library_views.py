"""HTML of the map, charts and health: whatever a file is called stays text, and figures are there to be read aloud."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.doubles import paper
from tests.ui.web.test_html_views import PAYLOADS, Witness
from ui.shared.formatting import clean
from ui.web.library import library_views
from ui.web.library.library_views import ChartBar
from ui.web.library.map_chart import groups


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_names_stay_text(payload: str) -> None:
    record = replace(paper("a.txt", "words")[0], source=payload)
    drawn = "".join(
        (
            library_views.busy(payload),
            library_views.smaller(payload),
            library_views.legend(payload, groups({"1": payload}, "Other")),
            library_views.document(record, payload, [(payload, payload)], payload),
            library_views.folder(payload, payload, payload),
            library_views.overview(payload, [(payload, "3", "#2f7fc1")], payload, [(10.0, 20.0, "#2f7fc1")]),
            library_views.figures([(payload, payload)]),
            library_views.charts([(payload, payload, [ChartBar(payload, 1, payload)])]),
            library_views.checks([("ill", payload, payload, payload)]).replace("<br>", ""),
        )
    )
    seen = Witness(drawn)
    assert " ".join(seen.text.split()).count(clean(" ".join(payload.split()))) >= 18


def test_bars_are_as_long_as_their_share_and_their_figures_stand_beside_them() -> None:
    drawn = library_views.bars(
        "By type", "number of documents", [ChartBar("PDF", 4, "4"), ChartBar("Mail", 1, "1", is_rest=True)]
    )
    assert 'style="width:100.0%"' in drawn and 'style="width:25.0%"' in drawn
    assert Witness(drawn).text == "PDF4Mail1"
    assert 'aria-label="By type, number of documents"' in drawn and drawn.count('<td aria-hidden="true">') == 2
    assert "width:0.0%" in library_views.bars("Empty", "", [ChartBar("none", 0, "0")])


def test_a_check_has_a_sign_that_is_read_aloud() -> None:
    drawn = library_views.checks([("well", "A", "fine.", ""), ("mind", "B", "odd.", "why"), ("ill", "C", "bad.", "")])
    for words in ("in order", "note", "needs attention"):
        assert f'role="img" aria-label="{words}"' in drawn
    assert drawn.count("oaken-quiet") == 1


def test_no_word_in_the_box_for_files_ends_its_style() -> None:
    drawn = library_views.drop_zone_words('drop "</style><script> сюда\\')
    assert drawn.count("</style>") == 1 and drawn.endswith("</style>") and "<script>" not in drawn
    assert '"drop \\22 ' in drawn and ' сюда\\5c "' in drawn
