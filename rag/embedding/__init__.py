"""Text to vectors: the embedders in the box, any sentence-transformers model beside them, and the re-ranker."""
