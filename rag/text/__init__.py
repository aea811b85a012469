"""What every language needs of a text: its script, its words, its language. Knows no document and no question."""
