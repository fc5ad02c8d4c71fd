"""Modules of KFP that hold its artifact classes and annotations, by the names they have there."""

from __future__ import annotations

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)
