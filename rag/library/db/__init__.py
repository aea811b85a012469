"""The ledger: SQLite tables, queries, migrations."""
