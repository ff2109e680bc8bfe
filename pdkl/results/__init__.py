"""Tidy frames: written, and read back."""
