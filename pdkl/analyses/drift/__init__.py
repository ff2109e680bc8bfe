"""Drift: today's columns beside the reference's in, a row and a status for each out."""
