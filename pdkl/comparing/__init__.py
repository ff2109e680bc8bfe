"""Two sides become scores: counts in, an entry per comparison out."""
