"""The pieces of a response, joined and in OpenAI's shapes."""

from __future__ import annotations

from ui.api.reply_objects import ReplyObjects, ReplyPiece, joined, usage


def test_pieces_join_to_the_whole() -> None:
    counts = usage(None, 3, 4)
    pieces = [
        ReplyPiece("a", [{"title": "x"}]),
        ReplyPiece("b", own={"k": 1}),
        ReplyPiece(finish="length", usage=counts),
    ]
    whole = joined(pieces)
    assert (whole.text, whole.finish, whole.own, whole.usage) == ("ab", "length", {"k": 1}, counts)
    assert joined([]).finish == "stop" and counts["total_tokens"] == 7


def test_a_stream_ends_with_the_numbers_of_tokens_only_where_they_are_wanted() -> None:
    last = ReplyPiece(finish="stop", usage=usage(None, 1, 2))
    for wanted in (False, True):
        rows = list(ReplyObjects("text_completion", "oaken-raw", wants_usage=wanted).events(last))
        assert len(rows) == 1 + wanted and rows[0]["choices"][0]["text"] == ""
        assert all(row["object"] == "text_completion" for row in rows)
