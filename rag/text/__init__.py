"""Language-independent text analysis: scripts, words, dates, numbers. Knows no document and no question."""
