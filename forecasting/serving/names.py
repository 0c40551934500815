"""What the processes of the pages call each other by."""

from __future__ import annotations

DATABASE = "REORDER_SERVE_DATABASE"
"""The environment variable by which the server's processes learn which database is meant."""

DATASETS = "REORDER_SERVE_DATASETS"
"""The same of the folder whose datasets an administrator may load on the pages."""

TARGETS = "REORDER_SERVE_TARGETS"
"""The same of the file that names ordering systems."""

APPLICATION = "forecasting.web.app:create_app"
"""Named, not imported: it lies above this room, and each process of the server imports it anew."""

DEMO_BUYER = "demo"
