"""Counts by group and outcome: how they are made, lined up, smoothed and hidden."""
