"""Readers of mail: EML and MSG."""
