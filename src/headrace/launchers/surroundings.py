"""The environment variables that a task starts with: an allow-list, and what its limits mean. Pure.

A task inherits nothing of the engine's environment but what is named here, so no credential of the
engine reaches it.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path

from headrace.engine.attempts import AttemptSpec
from headrace.executor.child import MARKER_VARIABLE

_INHERITED = frozenset(
    {
        "CURL_CA_BUNDLE",
        "HOME",
        "LANG",
        "LANGUAGE",
        "LD_LIBRARY_PATH",
        "LOGNAME",
        "NODE_EXTRA_CA_CERTS",
        "NVIDIA_DRIVER_CAPABILITIES",
        "NVIDIA_VISIBLE_DEVICES",
        "PATH",
        "REQUESTS_CA_BUNDLE",
        "SHELL",
        "SSL_CERT_DIR",
        "SSL_CERT_FILE",
        "TEMP",
        "TERM",
        "TMP",
        "TMPDIR",
        "TZ",
        "USER",
        "all_proxy",
        "ftp_proxy",
        "http_proxy",
        "https_proxy",
        "no_proxy",
    }
)
_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "POLARS_MAX_THREADS",
    "RAYON_NUM_THREADS",
)


def inherited_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return what a task may see of an environment, this process's by default."""
    source = os.environ if environment is None else environment
    return {
        name: value
        for name, value in source.items()
        if name in _INHERITED or name.lower() in _INHERITED or name.startswith("LC_")
    }


def task_environment(
    spec: AttemptSpec,
    declared: Mapping[str, str],
    *,
    inherited: Mapping[str, str],
    python: Path | None = None,
    payload: Path | None = None,
) -> dict[str, str]:
    """Return the environment of a task; what the pipeline declares wins over all else.

    Args:
        spec: The attempt.
        declared: Variables of its container.
        inherited: What it may see of the engine's environment.
        python: Its interpreter, whose directory comes first on ``PATH``.
        payload: Where the modules are that code of the task may import.
    """
    variables = dict(inherited)
    variables |= {
        "PYTHONUNBUFFERED": "1",
        "_KFP_RUNTIME": "true",
        "KFP_RETRY_INDEX": str(spec.id.number - 1),
    }
    if python is not None:
        variables["PATH"] = os.pathsep.join([str(python.parent), variables.get("PATH", os.defpath)])
    variables |= _threads(spec)
    variables |= declared
    if payload is not None:
        paths = [str(payload), *filter(None, [declared.get("PYTHONPATH")])]
        variables["PYTHONPATH"] = os.pathsep.join(paths)
    variables[MARKER_VARIABLE] = spec.id.slug
    return variables


def container_environment(spec: AttemptSpec, declared: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables that are set in a container, beside those of its image."""
    return {
        "KFP_RETRY_INDEX": str(spec.id.number - 1),
        "_KFP_RUNTIME": "true",
        **_threads(spec),
        **declared,
        MARKER_VARIABLE: spec.id.slug,
    }


def _threads(spec: AttemptSpec) -> dict[str, str]:
    """Have numeric libraries start as many threads as the task may use cores."""
    cores = spec.resources.cpu_limit or spec.resources.cpu_request
    if not cores:
        return {}
    return dict.fromkeys(_THREAD_VARIABLES, str(max(1, math.ceil(cores))))
