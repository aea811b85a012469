"""The command ``oaken``."""
