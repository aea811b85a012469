"""The keys of the JSON that scripts rely on."""

QUOTE = {
    "source", "document_id", "page", "section", "start", "end", "quote", "score", "kind", "parts", "marks", "items",
}  # fmt: skip
CLAIM = {"text", "supported", "score", "citations", "conflict", "translated", "unchecked", "numbers"}
