"""Small talk, questions about the library itself, summaries, saved chats."""
