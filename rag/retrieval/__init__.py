"""A question to the passages and quotes that answer it."""
