"""The command line: files in, tables and a verdict out."""
