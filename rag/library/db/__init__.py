"""The ledger: its tables, queries and migrations, and the databases that it may be in."""
