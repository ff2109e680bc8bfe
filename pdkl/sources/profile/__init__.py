"""Profiles: counts in, a source, a sum or a file out."""
