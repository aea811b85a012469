"""A run of ``oaken eval`` as one HTML file with plots: inline SVG, no script, nothing loaded from anywhere.

Every text is escaped: questions and quotes are data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from rag.evaluation.baselines import BASELINES
from rag.evaluation.report import FIGURES, MEAN_FIGURES, is_missed
from ui.cli.layout.eval_tables import cell

_NO_ANSWER = "no document answers it"
_MAX_FAILURES_SHOWN = 50  # shown at most
_REPORT_STYLE = """
:root{--ink:#1d2420;--pale:#66706a;--line:#d9ded9;--paper:#fff;--oak:#2f6b46;--warm:#b4622d;--wash:#f4f7f4}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebe7;--pale:#9aa59e;--line:#39423c;--paper:#161a18;--oak:#6fbf8d;
--warm:#e39a62;--wash:#1e2421}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:2rem 1.25rem 4rem}h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;
margin:2.5rem 0 .5rem}p{margin:.4rem 0}.pale{color:var(--pale)}.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
td.n,th.n{text-align:right;white-space:nowrap}th{font-weight:600}
svg{max-width:100%;height:auto;display:block}svg text{font:13px system-ui,sans-serif;fill:var(--ink)}
svg .pale{fill:var(--pale)}svg .axis{stroke:var(--line)}svg .oak{fill:var(--oak)}svg .warm{fill:var(--warm)}
svg .line{fill:none;stroke:var(--oak);stroke-width:2.5}svg .whisker{stroke:var(--ink);stroke-width:1.5}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:1.5rem}
blockquote{margin:.2rem 0;padding-inline-start:.7rem;border-inline-start:3px solid var(--line)}
"""


def page(run: Mapping[str, Any]) -> str:
    """Return the whole page."""
    about = " · ".join(f"{escape(key)}: {escape(str(value))}" for key, value in run["about"].items())
    rows = run["questions"]
    parts = [
        "<h1>How well this library answers</h1>",
        f'<p class="pale">{len(rows)} questions. {about}</p>',
        _bars(run),
        _groups("By language", {"all": run["all"], **run["language"]}),
        _kinds(run["kind"]) if len(run["kind"]) > 1 else "",
        _groups("Beside baselines", _beside(run)) if run.get("baselines") else "",
        _refusals(run["all"], rows),
        _calibration(run["calibration"]),
        _failures(rows),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>oaken eval</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{_REPORT_STYLE}</style></head><body><main>{''.join(parts)}</main></body></html>\n"
    )


def _bars(run: Mapping[str, Any]) -> str:
    figures = [(name, run["all"][name], run["intervals"][name]) for name in MEAN_FIGURES if name in run["intervals"]]
    if not figures:
        return ""
    left, width, step = 290, 360, 30
    rows = []
    for i, (name, value, (low, high)) in enumerate(figures):
        y = 10 + i * step
        rows.append(
            f'<text x="{left - 10}" y="{y + 14}" text-anchor="end">{escape(FIGURES[name][0])}</text>'
            f'<rect class="oak" x="{left}" y="{y + 2}" width="{max(0.5, width * value):.1f}" height="16" rx="2"/>'
            f'<line class="whisker" x1="{left + width * low:.1f}" x2="{left + width * high:.1f}" y1="{y + 10}" '
            f'y2="{y + 10}"/><text x="{left + width + 12}" y="{y + 14}">{value:.3f}</text>'
        )
    height = 20 + len(figures) * step
    axis = "".join(
        f'<line class="axis" x1="{left + width * at:.0f}" x2="{left + width * at:.0f}" y1="6" y2="{height - 8}"/>'
        for at in (0, 0.25, 0.5, 0.75, 1)
    )
    words = ", ".join(f"{FIGURES[name][0]} {value:.3f}" for name, value, _ in figures)
    return (
        "<h2>Over all questions</h2><p class='pale'>Lines: the middle 95 % of 1,000 resamples.</p>"
        f'<svg viewBox="0 0 720 {height}" role="img" aria-label="{escape(words)}">{axis}{"".join(rows)}</svg>'
    )


def _groups(title: str, columns: Mapping[str, Mapping[str, Any]]) -> str:
    """Return figures by line, one column for each language or baseline."""
    head = "".join(f'<th class="n">{escape(name or "?")}</th>' for name in columns)
    body = "".join(
        f"<tr><td>{escape(label)}</td>"
        + "".join(f'<td class="n">{cell(each.get(name), name)}</td>' for each in columns.values())
        + "</tr>"
        for name, (label, _) in FIGURES.items()
        if any(each.get(name) is not None for each in columns.values())
    )
    return (
        f'<h2>{title}</h2><div class="scroll"><table><thead><tr><th></th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _kinds(kinds: Mapping[str, Mapping[str, Any]]) -> str:
    """Return one line for each kind: there may be many."""
    names = [name for name in FIGURES if any(each.get(name) is not None for each in kinds.values())]
    head = "".join(
        f'<th class="n" title="{escape(FIGURES[name][0])}">{name.replace("_", "<br>")}</th>' for name in names
    )
    body = "".join(
        f"<tr><td>{escape(kind)}</td>"
        + "".join(f'<td class="n">{cell(each.get(name), name)}</td>' for name in names)
        + "</tr>"
        for kind, each in kinds.items()
    )
    return (
        f'<h2>By kind</h2><div class="scroll"><table><thead><tr><th></th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _beside(run: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {"Oaken": run["all"], **{BASELINES[name]: each["all"] for name, each in run["baselines"].items()}}


def _calibration(calibration: Mapping[str, Any]) -> str:
    if not calibration["n"]:
        return ""
    body = "".join(
        f'<tr><td class="n">{each["low"]:.1f} – {each["high"]:.1f}</td><td class="n">{each["n"]}</td>'
        f'<td class="n">{cell(each["confidence"], "")}</td><td class="n">{cell(each["right"], "")}</td></tr>'
        for each in calibration["bins"]
    )
    return (
        "<h2>Calibration</h2><p>How often the quotes hold the answer, by confidence. Expected calibration error "
        f'{calibration["error"]:.3f}.</p><div class="scroll"><table><thead><tr><th class="n">confidence</th>'
        '<th class="n">questions</th><th class="n">mean confidence</th><th class="n">right</th></tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _refusals(every: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    there = [row["measured"]["confidence"] for row in rows if row["answerable"]]
    absent = [row["measured"]["confidence"] for row in rows if not row["answerable"]]
    if not there or not absent:
        return ""
    return (
        "<h2>“Your documents do not say”</h2>"
        f"<p>Said to {every['refused_answerable']:.1%} of {len(there)} questions that the documents answer, and to "
        f"{every['refused_unanswerable']:.1%} of {len(absent)} that they do not answer.</p>"
        f'<div class="plots">{_histogram(there, absent)}{_roc(there, absent)}</div>'
    )


def _histogram(there: Sequence[float], absent: Sequence[float]) -> str:
    """Return a histogram of the confidence of both kinds of question, in tenths; each kind sums to one."""
    bins = 10
    heights = [[0.0] * bins, [0.0] * bins]
    for side, values in enumerate((there, absent)):
        for value in values:
            heights[side][min(bins - 1, int(value * bins))] += 1 / len(values)
    left, bottom, width, height = 40, 210, 320, 170
    most = max(max(side) for side in heights) or 1.0
    bars = []
    for side, css in enumerate(("oak", "warm")):
        for i, share in enumerate(heights[side]):
            tall = height * share / most
            x = left + width * i / bins + 3 + side * 13
            bars.append(f'<rect class="{css}" x="{x:.1f}" y="{bottom - tall:.1f}" width="12" height="{tall:.1f}"/>')
    middle = left + width / 2
    return (
        '<svg viewBox="0 0 380 250" role="img" aria-label="Confidence by kind of question">'
        f'<line class="axis" x1="{left}" x2="{left + width}" y1="{bottom}" y2="{bottom}"/>'
        f'<line class="axis" x1="{middle}" x2="{middle}" y1="{bottom - height}" y2="{bottom}" stroke-dasharray="4 4"/>'
        f"{''.join(bars)}"
        f'<text x="{left}" y="{bottom + 18}">0</text><text x="{middle}" y="{bottom + 18}" text-anchor="middle">'
        f'confidence</text><text x="{left + width}" y="{bottom + 18}" text-anchor="end">1</text>'
        f'<rect class="oak" x="{left}" y="8" width="12" height="12"/><text x="{left + 18}" y="19">answerable</text>'
        f'<rect class="warm" x="{left + 120}" y="8" width="12" height="12"/>'
        f'<text x="{left + 138}" y="19">not in the documents</text></svg>'
    )


def _roc(there: Sequence[float], absent: Sequence[float]) -> str:
    left, bottom, size = 50, 210, 180
    points = [(0.0, 0.0)]
    for edge in sorted({*there, *absent}, reverse=True):
        kept = sum(value >= edge for value in there) / len(there)
        wrong = sum(value >= edge for value in absent) / len(absent)
        points.append((wrong, kept))
    path = " ".join(f"{left + size * x:.1f},{bottom - size * y:.1f}" for x, y in points)
    return (
        '<svg viewBox="0 0 380 250" role="img" aria-label="Answered where there is an answer, by false answers">'
        f'<rect x="{left}" y="{bottom - size}" width="{size}" height="{size}" fill="none" class="axis"/>'
        f'<line class="axis" x1="{left}" y1="{bottom}" x2="{left + size}" y2="{bottom - size}" stroke-dasharray="4 4"/>'
        f'<polyline class="line" points="{path}"/>'
        f'<text x="{left}" y="{bottom + 18}">answered though nothing says it</text>'
        f'<text class="pale" x="{left + size + 12}" y="{bottom - size + 14}">answered where</text>'
        f'<text class="pale" x="{left + size + 12}" y="{bottom - size + 31}">something says it</text></svg>'
    )


def _failures(rows: Sequence[Mapping[str, Any]]) -> str:
    failed = [row for row in rows if is_missed(row) or not row["measured"]["valid"]]
    if not failed:
        return "<h2>What went wrong</h2><p>Nothing.</p>"
    body = "".join(
        f"<tr><td>{escape(str(row['id']))}</td><td>{escape(row['question'])}<br>"
        f'<span class="pale">{escape("; ".join(row["answers"]) or row["source"] or _NO_ANSWER)}</span></td>'
        f"<td>{escape(_why(row))}{_quoted(row['quotes'][:2])}</td></tr>"
        for row in failed[:_MAX_FAILURES_SHOWN]
    )
    more = (
        f"<p class='pale'>The first {_MAX_FAILURES_SHOWN} of {len(failed)}.</p>"
        if len(failed) > _MAX_FAILURES_SHOWN
        else ""
    )
    return (
        f'<h2>What went wrong</h2>{more}<div class="scroll"><table><thead><tr><th>id</th>'
        "<th>question, what answers it</th><th>what happened, quotes</th></tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _quoted(quotes: Sequence[Mapping[str, str]]) -> str:
    return "".join(f'<blockquote dir="auto">{escape(quote["quote"])}</blockquote>' for quote in quotes)


def _why(row: Mapping[str, Any]) -> str:
    measured = row["measured"]
    if not measured["valid"]:
        return "a citation is not found in its document"
    if not row["answerable"]:
        return "answered, although no document does"
    if measured["refused"]:
        return "refused"
    if measured.get("source3") == 0.0:
        return "no right file among the first three passages"
    return "the answer is not in the quotes" if not measured.get("quoted", 1.0) else "part of it is not in the quotes"
