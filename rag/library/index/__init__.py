"""The indexes that follow the ledger: vectors and BM25."""
