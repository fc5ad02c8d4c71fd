"""Why a step was reused, or was not: as the controller's unit tells it."""

from __future__ import annotations

from headrace.controller.explaining import explanation

__all__ = ["explanation"]
