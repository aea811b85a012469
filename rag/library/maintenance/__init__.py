"""Backup, health checks, salvage, change of embedder."""
