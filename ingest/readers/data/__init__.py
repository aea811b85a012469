"""Readers of tables and records: CSV, JSON."""
