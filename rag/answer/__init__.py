"""How an answer comes about: retrieve, fit, generate, ground."""
