"""Headrace: executor."""

from __future__ import annotations
