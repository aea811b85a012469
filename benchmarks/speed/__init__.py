"""How long things take: ingest, search, the model, the pages."""
