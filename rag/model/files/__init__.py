"""Model files: their sources, headers, memory use and store."""
