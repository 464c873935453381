"""Decisions as people and programs read them. Every format is a file with its own types."""
