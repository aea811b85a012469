"""Ratings of earlier answers, and what they do to like questions."""
