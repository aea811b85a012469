"""Formulas as a line of text: ``a^2 + b``, ``(a + b)/(c)``, ``√(x)``."""
