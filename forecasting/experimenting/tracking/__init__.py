"""MLflow: runs, models and the champion. No other room imports it; results are whole without it.

| file | answers |
|---|---|
| ``places.py`` | where may runs be tracked? |
| ``client.py`` | MLflow, imported quietly and without a word to anybody outside |
| ``track.py`` | a run of an experiment as a parent run, each contender as its child |
| ``models.py``, ``quantile_model.py`` | a contender as a model: history in, quantiles out |
| ``uploads.py`` | files that are tried again, and said where they could not be had |
| ``promote.py``, ``champion.py`` | the alias that plans follow, and what it said last |
"""
