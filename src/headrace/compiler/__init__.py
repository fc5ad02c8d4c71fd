"""Headrace: compiler."""

from __future__ import annotations
