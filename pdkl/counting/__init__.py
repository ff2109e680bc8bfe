"""Rows become counts: a source in, the weight of each outcome in each group out."""
