"""Shared by several readers."""
