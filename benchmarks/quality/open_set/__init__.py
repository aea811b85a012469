"""A hundred questions over five folders of real documents, which a script fetches."""
