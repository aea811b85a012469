"""English: words of ``schema/conversation.py``."""

from __future__ import annotations

from rag.text.languages.schema.conversation import ConversationWords

CONVERSATION = ConversationWords()
