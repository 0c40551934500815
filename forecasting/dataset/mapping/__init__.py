"""``dataset.yaml``: how a company's own files are read as the tables of a dataset."""
