"""Checks each sentence of an answer against the sources."""
