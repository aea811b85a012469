"""The ways in: command line and browser, thin skins over rag and ingest."""
