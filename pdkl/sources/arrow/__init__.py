"""Arrow data: tables in memory, streams that are read once, and datasets of files."""
