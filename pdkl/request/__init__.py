"""What was asked: keywords in, a request out that is checked before a row is read."""
