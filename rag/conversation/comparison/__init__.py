"""Comparison of two versions of a document, sentence by sentence, without a model."""
