"""Text to vectors: the built-in embedders, any sentence-transformers model added to them, and the re-ranker."""
