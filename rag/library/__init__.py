"""Storage: the ledger (the source of truth) and the indexes that follow it."""
