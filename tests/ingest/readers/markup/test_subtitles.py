"""Subtitles: sentences with their time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.readers.reading import document_of, told

SRT = """1
00:00:01,000 --> 00:00:03,000
The kiln is lit
<i>at dawn.</i>

2
00:01:04,200 --> 00:01:06,000 X1:10 X2:20
{\\an8}The key hangs

3
00:01:06,200 --> 00:01:08,000
behind the clock.

4
01:02:03,000 --> 01:02:05,000
- Who?
- Ada Marr.
"""
SAID = [
    ("text", "00:00:01 The kiln is lit at dawn."),
    ("text", "00:01:04 The key hangs behind the clock."),
    ("text", "01:02:03 - Who?\n- Ada Marr."),
]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_sentences_carry_the_time_of_their_first_words(tmp_path: Path, end: str) -> None:
    assert told(document_of(tmp_path, "a.srt", SRT.replace("\n", end))) == SAID


def test_webvtt_with_notes_styles_voices_and_repeated_captions(tmp_path: Path) -> None:
    vtt = (
        "WEBVTT - Kiln\nKind: captions\n\nNOTE made by hand\n\nSTYLE\n::cue { color: red }\n\n"
        "00:01.000 --> 00:03.000 align:left\n<v.loud Ada>The door &amp; gate\n\nintro\n00:03.100 --> 00:04.000\n"
        "are <c.green>green</c><00:03.500>.\n\n00:04.000 --> 00:05.000\nare green.\n\n00:30.000 --> 00:31.000\nno end\n"
    )
    assert told(document_of(tmp_path, "a.vtt", vtt)) == [
        ("text", "00:00:01 Ada: The door & gate are green."),
        ("text", "00:00:30 no end"),
    ]


def test_live_captions_that_roll_upwards_are_said_once(tmp_path: Path) -> None:
    vtt = (
        "WEBVTT\n\n00:00.000 --> 00:02.000\n \nhello<00:00.500><c> everyone</c>\n\n"
        "00:02.000 --> 00:02.010\nhello everyone\n \n\n00:02.010 --> 00:04.000\nhello everyone\nthe<c> kiln</c>\n\n"
        "00:04.000 --> 00:04.010\nthe kiln\n \n\n00:04.010 --> 00:06.000\nthe kiln\nis hot\n"
    )
    assert told(document_of(tmp_path, "a.vtt", vtt)) == [("text", "00:00:00 hello everyone the kiln is hot")]


def test_a_silence_and_a_very_long_sentence_end_a_block(tmp_path: Path) -> None:
    cues = [(1, "no full stop"), (20, "after a silence")] + [(30 + n, f"word {'x' * 40} {n}") for n in range(30)]
    srt = "\n\n".join(f"{n}\n00:00:{at:02},000 --> 00:00:{at:02},900\n{words}" for n, (at, words) in enumerate(cues))
    texts = [words for _, words in told(document_of(tmp_path, "a.srt", srt))]
    assert texts[:1] == ["00:00:01 no full stop"] and texts[1].startswith("00:00:20 after a silence")
    assert len(texts) > 3 and max(map(len, texts)) < 500
