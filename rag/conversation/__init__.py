"""What a conversation holds beside questions to the documents: questions about the library, and summaries."""
