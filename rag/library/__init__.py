"""What is held: the ledger (the truth) and the two indexes that follow it."""
