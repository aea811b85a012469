"""Measurement of what a library answers: questions of known answer, metrics, baselines, reports."""
