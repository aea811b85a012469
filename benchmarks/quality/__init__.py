"""How good answers are: retrieval, quotes, refusals, prose, grounding."""
