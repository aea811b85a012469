"""Readers of markup: HTML, Markdown, AsciiDoc and others."""
