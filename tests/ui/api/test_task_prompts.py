"""Chat programs' own prompts are told from questions."""

from __future__ import annotations

import pytest

from tests.doubles import ScriptedModel
from tests.ui.api.serving import CHAT, Start
from ui.api.task_prompts import is_task_prompt, wants_json

TITLE = """### Task:
Generate a concise, 3-5 word title with an emoji summarizing the chat history.
### Output:
JSON format: { "title": "your concise title here" }
### Chat History:
<chat_history>
USER: When did the tram open?
</chat_history>"""
FOLLOW_UPS = """### Task:
Suggest 3-5 relevant follow-up questions, based on the chat history.
### Guidelines:
- Use the conversation's language.
### Chat History:
<chat_history>
USER: When did the tram open?
</chat_history>"""
LIBRECHAT = "Please generate a concise, 5-word-or-less title for the conversation, using its same language."


@pytest.mark.parametrize("text", [TITLE, FOLLOW_UPS, LIBRECHAT])
def test_a_programs_own_prompt_is_recognised(text: str) -> None:
    assert is_task_prompt(text)


@pytest.mark.parametrize(
    "text",
    [
        "When did the tram open?", "What was the task of the miller?", "### Task: what does the handbook say?",
        "Write the title of the report on trams.", "Who may suggest a title for the yearbook?",
        "Generate the list of trams.", "What does <chat_history> mean in the manual?",
    ],
)  # fmt: skip
def test_a_question_is_none(text: str) -> None:
    assert not is_task_prompt(text)


def test_such_a_prompt_is_answered_by_the_model_alone_and_in_json_where_it_asks_for_that(start: Start) -> None:
    model = ScriptedModel('{"title": "Trams"}')
    asked = CHAT | {"messages": [{"role": "user", "content": TITLE}]}
    row = start(model).post("/v1/chat/completions", json=asked).json()
    assert row["choices"][0]["message"]["content"] == '{"title": "Trams"}' and row["model"] == "oaken"
    assert row["oaken"]["model"] == "oaken-raw" and model.prompts[0].json_schema
    assert wants_json(TITLE) and not wants_json(FOLLOW_UPS) and not wants_json("What is JSON?")
