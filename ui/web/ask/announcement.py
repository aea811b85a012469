"""What a screen reader is told of an answer: sentence by sentence while it is generated, and when it is over. Pure."""

from __future__ import annotations

from rag.quote_blocks import claims_beyond_quotes
from rag.types import NOT_FOUND, Answer, AnswerStatus, Claim
from ui.shared.formatting import UNSUPPORTED_LABEL, one_line
from ui.shared.i18n import tr, trn
from ui.web.html_views import text


def announcement(answer: Answer, announced: int, *, over: bool = False) -> str:
    """Return what a screen reader announces of an answer being generated. Invisible; clicks.js hands it on.

    First the short answer, or else the best quote, and how many quotes there are; then each complete sentence after the
    first ``announced`` that the page shows; and at last that it is over.
    """
    claims = claims_beyond_quotes(answer.claims, answer.quotes)
    sentences = [f"{one_line(claim.text)}{_spoken_flag(claim)}" for claim in claims[announced:]]
    if answer.status is AnswerStatus.TOLD:
        sentences = [one_line(answer.reply)]
    elif answer.status is AnswerStatus.NOT_FOUND:
        sentences = [tr(NOT_FOUND)]
    elif answer.quotes and not claims:
        best = one_line((answer.short or answer.quotes[0]).quote)
        ended_best = best if best.endswith((".", "!", "?", "…")) else f"{best}."
        sentences = [ended_best, trn(len(answer.quotes), "{n} quote found.", "{n} quotes found.")]
    if over and answer.status not in (AnswerStatus.TOLD, AnswerStatus.NOT_FOUND):
        sentences.append(tr("The answer is complete."))
    return f'<p class="oaken-aloud">{text(" ".join(sentences))}</p>'


def spoken_claims(answer: Answer) -> int:
    """Return how many sentences of an answer are announced: those that repeat a quote are not."""
    return len(claims_beyond_quotes(answer.claims, answer.quotes))


def _spoken_flag(claim: Claim) -> str:
    if claim.supported:
        return ""
    return f" ({tr('translated from another language')})" if claim.translated else f" ({tr(UNSUPPORTED_LABEL)})"
