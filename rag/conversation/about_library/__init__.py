"""Answers to questions about the library itself: what is here, what a document is about, which mention a topic."""
