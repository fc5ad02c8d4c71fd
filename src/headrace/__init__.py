"""Headrace runs machine-learning pipelines written for Kubeflow Pipelines.

This file is imported inside every task, on any Python from 3.8 on: it holds the version and
nothing else.
"""

from __future__ import annotations

__version__ = "0.1.0"
