"""What bears a claim out: its sentences in the sources, and what of them was compared."""
