"""One question a file: a request in, a tidy frame out."""
