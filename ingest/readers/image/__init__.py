"""Readers of images, and OCR by tesseract."""
