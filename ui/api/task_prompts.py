"""Tell the prompts that a chat program writes for itself (titles, tags, follow-up questions) from a person's questions.

They hold the conversation and an instruction, so nothing in the library answers them.
"""

from __future__ import annotations

import re

_TASK = re.compile(
    r"\A\s*(?:#{1,4}\s*task:?\s*$"  # Open WebUI: a heading, then what to do with the conversation
    r"|(?:please\s+)?(?:generate|create|write|provide|suggest)\b[^.\n]{0,80}\b(?:title|tags?)\b[^.\n]{0,60}"
    r"\b(?:conversation|chat|dialog(?:ue)?)\b)",
    re.IGNORECASE | re.MULTILINE,
)
_TRANSCRIPT = re.compile(
    r"<chat_history>|^#{1,4}\s*(?:chat history|output|guidelines):?\s*$", re.IGNORECASE | re.MULTILINE
)
_JSON = re.compile(r"\bJSON\b")


def is_task_prompt(text: str) -> bool:
    """Tell whether a message is a chat program's own instruction about the conversation."""
    found = _TASK.search(text)
    return found is not None and ("#" not in found[0] or _TRANSCRIPT.search(text) is not None)


def wants_json(text: str) -> bool:
    """Tell whether such an instruction asks for a JSON object."""
    return is_task_prompt(text) and _JSON.search(text) is not None
