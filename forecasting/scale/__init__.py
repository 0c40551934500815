"""Work that outgrows one process: a dataset cut into partitions of items, one function on each of them.

| file | answers |
|---|---|
| ``partition.py`` | ``partition``: from a dataset, streaming, to partitions |
| ``streams.py`` | tables as batches of rows, whatever they are read from |
| ``grouping.py`` | which SKUs belong together, and which partition is each in? |
| ``splitting.py`` | the rows of a table, part by part, in bounded memory |
| ``manifest.py`` | what a partitioned dataset says of itself |
"""
