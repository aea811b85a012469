"""The layout of printed pages, for PDF and images: lines to headings, paragraphs and tables."""
