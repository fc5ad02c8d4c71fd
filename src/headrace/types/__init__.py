"""Artifact classes, parameter types and type rules; standard library only, Python 3.8 on."""

from __future__ import annotations
