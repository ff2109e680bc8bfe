"""The mathematics: NumPy and SciPy only, no data frame of any kind.

Nothing below this folder may import pandas, Arrow or any module of ``pdkl`` outside it;
``tests/test_structure.py`` holds it to that.
"""
