"""A run of ``oaken eval`` as one HTML file with plots: inline SVG, no script, nothing loaded from anywhere.

Every text is escaped: questions and quotes are data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from rag.answer.scoreboard import SHOWN

_BARS = (
    "recall@1",
    "recall@5",
    "ndcg@10",
    "quoted",
    "first",
    "told",
    "f1",
    "citation_precision",
    "citation_recall",
    "valid",
)
_FAILURES = 50  # shown at most
_STYLE = """
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


def report(run: Mapping[str, Any]) -> str:
    """The whole page."""
    about = " · ".join(f"{escape(key)}: {escape(str(value))}" for key, value in run["about"].items())
    rows = run["questions"]
    parts = [
        "<h1>How well this library is asked</h1>",
        f'<p class="pale">{len(rows)} questions. {about}</p>',
        _bars(run["summary"]),
        _languages(run),
        _abstention(run["summary"]["abstention"], rows),
        _failures(rows),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>oaken eval</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main>{''.join(parts)}</main></body></html>\n"
    )


def _bars(summary: Mapping[str, Any]) -> str:
    figures = [(name, summary["figures"][name]) for name in _BARS if name in summary["figures"]]
    if not figures:
        return ""
    left, width, step = 230, 420, 30
    rows = []
    for i, (name, figure) in enumerate(figures):
        y = 10 + i * step
        long, low, high = (left + width * figure[key] for key in ("mean", "low", "high"))
        rows.append(
            f'<text x="{left - 10}" y="{y + 14}" text-anchor="end">{escape(SHOWN[name][0])}</text>'
            f'<rect class="oak" x="{left}" y="{y + 2}" width="{max(0.5, long - left):.1f}" height="16" rx="2"/>'
            f'<line class="whisker" x1="{low:.1f}" x2="{high:.1f}" y1="{y + 10}" y2="{y + 10}"/>'
            f'<text x="{left + width + 12}" y="{y + 14}">{figure["mean"]:.3f}</text>'
        )
    height = 20 + len(figures) * step
    axis = "".join(
        f'<line class="axis" x1="{left + width * at:.0f}" x2="{left + width * at:.0f}" y1="6" y2="{height - 8}"/>'
        for at in (0, 0.25, 0.5, 0.75, 1)
    )
    words = ", ".join(f"{SHOWN[name][0]} {figure['mean']:.3f}" for name, figure in figures)
    return (
        "<h2>Over all questions</h2><p class='pale'>Lines: the middle 95 % of 1,000 resamples.</p>"
        f'<svg viewBox="0 0 720 {height}" role="img" aria-label="{escape(words)}">{axis}{"".join(rows)}</svg>'
    )


def _languages(run: Mapping[str, Any]) -> str:
    columns = {"all": run["summary"], **run["languages"]}
    names = [name for name in SHOWN if name in run["summary"]["figures"]]
    head = "".join(f'<th class="n">{escape(language or "?")}</th>' for language in columns)
    body = []
    for name in names:
        cells = "".join(f'<td class="n">{_cell(each["figures"].get(name), name)}</td>' for each in columns.values())
        body.append(f"<tr><td>{escape(SHOWN[name][0])}</td>{cells}</tr>")
    asked = "".join(f'<td class="n">{each["questions"]}</td>' for each in columns.values())
    return (
        '<h2>By language</h2><div class="scroll"><table><thead><tr><th></th>'
        f"{head}</tr></thead><tbody><tr><td>questions</td>{asked}</tr>{''.join(body)}</tbody></table></div>"
    )


def _cell(figure: Mapping[str, float] | None, name: str) -> str:
    if figure is None:
        return "–"
    if name in ("words", "prompt_tokens"):
        return f"{figure['mean']:.0f}"
    return f"{figure['mean']:.3f}"


def _abstention(held: Mapping[str, float] | None, rows: Sequence[Mapping[str, Any]]) -> str:
    if held is None:
        return ""
    there = [row["measured"]["confidence"] for row in rows if row["answerable"]]
    absent = [row["measured"]["confidence"] for row in rows if not row["answerable"]]
    return (
        "<h2>“Your documents do not say”</h2>"
        f"<p>Of {held['answerable']:.0f} questions that the documents answer {held['kept']:.1%} are answered; of "
        f"{held['unanswerable']:.0f} that they do not answer {held['refused']:.1%} are refused. Balanced accuracy "
        f"{held['balanced']:.3f} (always refusing gives .5), AUROC {held['auroc']:.3f}.</p>"
        f'<div class="plots">{_histogram(there, absent)}{_roc(there, absent)}</div>'
    )


def _histogram(there: Sequence[float], absent: Sequence[float]) -> str:
    """Confidence of both kinds of question, in tenths; each kind sums to one."""
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
    failed = [(row, why) for row in rows if (why := _why(row))]
    if not failed:
        return "<h2>What went wrong</h2><p>Nothing.</p>"
    body = "".join(
        f"<tr><td>{escape(str(row['id']))}</td><td>{escape(row['question'])}<br>"
        f'<span class="pale">{escape("; ".join(row["answers"]) or row["source"] or "nothing answers it")}</span></td>'
        f"<td>{escape(why)}{_quoted(row['quotes'][:2])}</td></tr>"
        for row, why in failed[:_FAILURES]
    )
    more = f"<p class='pale'>The first {_FAILURES} of {len(failed)}.</p>" if len(failed) > _FAILURES else ""
    return (
        f'<h2>What went wrong</h2>{more}<div class="scroll"><table><thead><tr><th>id</th>'
        "<th>question, what answers it</th><th>what happened, quotes</th></tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _quoted(quotes: Sequence[str]) -> str:
    return "".join(f'<blockquote dir="auto">{escape(quote)}</blockquote>' for quote in quotes)


def _why(row: Mapping[str, Any]) -> str:
    measured = row["measured"]
    if not measured["valid"]:
        return "a citation does not stand in its document"
    if not row["answerable"]:
        return "" if measured["refused"] else "answered, though nothing says it"
    if measured["refused"]:
        return "refused"
    if measured.get("quoted") == 0.0:
        return "the answer is not in the quotes"
    if measured.get("recall@5") == 0.0:
        return "the right passage is not among the first five"
    return ""
