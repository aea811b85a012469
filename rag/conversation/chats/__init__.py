"""Saved conversations: their store, its tables, their export."""
