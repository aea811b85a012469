"""Answers to keep or to paste: Markdown, formatted text, plain text."""
