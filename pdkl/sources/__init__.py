"""Any data in: each kind of data gives distinct rows beside how often they occur."""
