"""Model files: where they come from."""
