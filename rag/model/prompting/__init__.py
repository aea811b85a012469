"""Prompt families, chat templates, sampling presets."""
