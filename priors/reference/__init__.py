"""The reference class: what pairs of powers did since 1816, as our own counts, and what was fitted.

``table`` reads the counts, ``counting`` makes them from public dyad-year tables, ``saved`` reads
the posterior that ``make reference`` leaves, ``rates`` and ``transfer`` say what follows from it.
"""
