"""A library as Python objects, for scripts and notebooks: ``oaken.open`` and what it gives."""
