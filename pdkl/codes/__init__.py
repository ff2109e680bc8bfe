"""Values become codes: columns, keys, numbers and weights in, arrays and their labels out."""
