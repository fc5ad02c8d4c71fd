"""Cron and interval arithmetic: when a recurring run is due. Pure: the time is handed in."""

from __future__ import annotations
