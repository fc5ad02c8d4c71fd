"""Headrace: dsl."""

from __future__ import annotations
