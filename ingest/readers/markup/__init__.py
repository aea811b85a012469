"""Readers of marked-up text: HTML, Markdown, AsciiDoc and others."""
