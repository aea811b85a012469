"""Русский: words of ``schema/questions.py``."""

from __future__ import annotations

from rag.text.languages.schema.questions import QuestionWords

QUESTIONS = QuestionWords()
