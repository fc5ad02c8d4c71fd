"""Headrace: launchers."""

from __future__ import annotations
