"""One file per kind of data: each turns (data, columns, by, weights) into counts."""
