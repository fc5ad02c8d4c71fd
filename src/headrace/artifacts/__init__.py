"""Headrace: artifacts."""

from __future__ import annotations
