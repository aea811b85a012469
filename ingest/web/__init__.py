"""Web pages as sources: one page is fetched on a person's word, checked, and kept as a file in the library's folder."""
