"""English: words of ``schema/prompts.py``."""

from __future__ import annotations

from rag.text.languages.schema.prompts import Example, PromptWords

PROMPTS = PromptWords(
    short="Answer the question in one short sentence, using only the text given. Copy the words that answer.",
    example=Example(
        "The tram line, which had been planned for years, opened in 1911 between the quay and the observatory.",
        "When did the tram line open?",
        "The tram line opened in 1911.",
    ),
    copy="Copy the sentence of the text that answers the question. Change no word.",
    copying="Question: {question}\n\nText: {text}\n\nCopy the one sentence that answers.",
    text="Text",
    question="Question",
    answer="Answer",
    examples=(
        Example(
            "The bridge over the Alder was opened in 1931 by the mayor, Ruth Hale.",
            "When was the bridge opened?",
            "The bridge over the Alder was opened in 1931.",
        ),
        Example(
            "Most of the valley is used for growing apples, which are sold in the nearby towns.",
            "What is grown in the valley?",
            "Apples are grown in most of the valley.",
        ),
    ),
)
