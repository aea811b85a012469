"""Bytes to text: encodings, and what within a text is no words: base64, hidden letters, markup kept as text."""
