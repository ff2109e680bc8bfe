"""What users call: signatures and docstrings; a call in, a tidy frame out."""
