"""One kind of answer a file: a request in, a tidy frame out."""
