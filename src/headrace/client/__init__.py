"""Python client of a server's native API; knows its documented HTTP interface and nothing else."""

from __future__ import annotations
