"""Readers of pictures, and tesseract for scans."""
