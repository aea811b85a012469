"""How files become chunks: discover, parse, chunk, pipeline. Knows the library, not the user interfaces."""
