"""Experiments: ways of deciding held against each other in money, on several windows of a company's past.

| file | answers |
|---|---|
| ``experiment.py`` | what is asked: the file ``experiment.yaml`` |
| ``contenders.py``, ``sweep.py`` | which ways of deciding are tried? |
| ``facts.py`` | which settings decide, and which state how the company is? |
| ``tasks.py`` | one contender in one window: replayed, and its forecasts judged |
| ``store.py`` | where results are kept, and what is there already |
| ``work.py`` | tasks done on processes; each once, whoever else is at work |
| ``run.py``, ``halving.py`` | the use case: all tasks of an experiment |
| ``paired.py``, ``compare.py``, ``verdict.py`` | who saves how much, how surely, and on which items? |
| ``written.py`` | the tables of an experiment's README |
| ``tracking/`` | runs, models and the champion in MLflow: nothing else knows it |
"""
