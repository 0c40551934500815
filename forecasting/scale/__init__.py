"""Work that outgrows one process: a dataset cut into partitions of items, one function on each of them.

| file | answers |
|---|---|
| ``partition.py`` | ``partition``: from a dataset, streaming, to partitions |
| ``streams.py``, ``facts.py`` | tables as batches of rows; and what one pass over them finds of the whole |
| ``grouping.py`` | which SKUs belong together, and which partition is each in? |
| ``splitting.py`` | the rows of a table, part by part, in bounded memory |
| ``manifest.py`` | what a partitioned dataset says of itself |
| ``storage.py`` | folders and object stores: whole files or none |
| ``reading.py``, ``sampled.py`` | the records of a partition, and of the sample with what it teaches |
| ``tasks.py`` | one step on one partition, its output and its receipt |
| ``engines.py``, ``ray_cluster.py`` | who does the tasks: processes, or a Ray cluster |
| ``planning.py``, ``plan.py`` | the steps of a plan; and what crosses partitions between them |
| ``forecasts.py``, ``promising.py``, ``backtesting.py`` | the steps of the other commands |
| ``outputs.py``, ``merging.py`` | the tables of all partitions as one |
"""
