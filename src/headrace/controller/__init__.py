"""Headrace: controller."""

from __future__ import annotations
