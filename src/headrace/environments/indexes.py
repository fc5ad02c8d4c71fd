"""Where packages come from on this machine: pip's and uv's settings, as variables for uv.

Authors and machines are set up for pip; uv reads its own variables. What pip's configuration
files and ``PIP_*`` say is translated; where uv is set up itself, that wins. No index is named
here. Values go to uv by its environment, never by arguments, which every user can list.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from headrace.environments.request import EnvironmentRequest

#: Variables of uv that change what a request resolves to.
_DECISIVE = (
    "UV_BUILD_CONSTRAINT",
    "UV_CONFIG_FILE",
    "UV_CONSTRAINT",
    "UV_DEFAULT_INDEX",
    "UV_EXCLUDE_NEWER",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_INDEX",
    "UV_INDEX_STRATEGY",
    "UV_INDEX_URL",
    "UV_NO_BINARY",
    "UV_NO_BUILD",
    "UV_NO_INDEX",
    "UV_OVERRIDE",
    "UV_PRERELEASE",
    "UV_RESOLUTION",
)
#: Variables that would point uv or a build at another Python or project than the one given.
_MISLEADING = (
    "CONDA_PREFIX",
    "PYTHONHOME",
    "PYTHONPATH",
    "UV_LINK_MODE",
    "UV_PROJECT",
    "UV_PYTHON",
    "UV_SYSTEM_PYTHON",
    "UV_TARGET",
    "UV_WORKING_DIR",
    "VIRTUAL_ENV",
)
_UV_INDEX = re.compile(r"^\s*(\[\[index\]\]|(pip\.)?(extra-)?index-url\b|index\s*=)", re.MULTILINE)
_TRUE = frozenset({"1", "true", "yes", "on"})


@dataclass(frozen=True, slots=True, repr=False)
class PipSettings:
    """What pip is told on this machine, as option → value (``index-url`` → …)."""

    values: Mapping[str, str]

    def words(self, option: str) -> tuple[str, ...]:
        """Return the values of an option that may have several."""
        return tuple(self.values.get(option, "").split())

    def flag(self, option: str) -> bool:
        """Return the value of an option that is on or off."""
        return self.values.get(option, "").strip().lower() in _TRUE


def pip_settings(environ: Mapping[str, str] | None = None) -> PipSettings:
    """Return pip's settings: the configuration files in pip's order, then ``PIP_*``."""
    environ = os.environ if environ is None else environ
    values: dict[str, str] = {}
    for path in _pip_files(environ):
        if path.is_file():
            values.update(_pip_file(path))
    for name, value in environ.items():
        if name.startswith("PIP_") and value:
            values[name[4:].lower().replace("_", "-")] = value
    return PipSettings(values)


def uv_environment(
    request: EnvironmentRequest, environ: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the variables with which uv meets the request as pip would on this machine.

    Args:
        request: Its indexes, hosts and links go before what is configured.
        environ: Variables to start from; those of this process by default.
    """
    environ = os.environ if environ is None else environ
    result = {name: value for name, value in environ.items() if name not in _MISLEADING}
    pip = pip_settings(environ)
    _set_indexes(result, request, pip)
    _set_transport(result, request, pip)
    # pip takes the best version from any of its indexes, and authors wrote for pip.
    result.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    if request.prereleases:
        result.setdefault("UV_PRERELEASE", "allow")
    result["UV_NO_PROGRESS"] = "1"
    result["NO_COLOR"] = "1"
    result.pop("FORCE_COLOR", None)
    return result


def decisive_settings(environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return what of this machine's configuration decides the result of a request, as text."""
    environ = os.environ if environ is None else environ
    pip = pip_settings(environ)
    chosen = [f"{name}={environ[name]}" for name in _DECISIVE if environ.get(name)]
    options = ("index-url", "extra-index-url", "find-links", "no-index", "pre")
    chosen.extend(f"{option}={pip.values[option]}" for option in options if option in pip.values)
    chosen.extend(f"{path}={_text(path)}" for path in _uv_files(environ) if path.is_file())
    return tuple(chosen)


def _set_indexes(result: dict[str, str], request: EnvironmentRequest, pip: PipSettings) -> None:
    links = (*request.find_links, *pip.words("find-links"))
    if links:
        own = result.get("UV_FIND_LINKS", "")
        kept = [
            _absolute(link) for link in links if "://" in link or Path(link).expanduser().exists()
        ]
        result["UV_FIND_LINKS"] = ",".join(filter(None, [own, *kept]))
    if request.index_urls:
        for name in ("UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_NO_INDEX"):
            result.pop(name, None)
        result["UV_DEFAULT_INDEX"] = request.index_urls[0]
        result["UV_INDEX"] = " ".join(request.index_urls[1:])
        return
    if _uv_has_index(result):
        return
    if pip.values.get("index-url"):
        result["UV_DEFAULT_INDEX"] = pip.values["index-url"].strip()
    if pip.words("extra-index-url"):
        result["UV_INDEX"] = " ".join(pip.words("extra-index-url"))
    if pip.flag("no-index"):
        result["UV_NO_INDEX"] = "1"
    if pip.flag("pre"):
        result.setdefault("UV_PRERELEASE", "allow")


def _set_transport(result: dict[str, str], request: EnvironmentRequest, pip: PipSettings) -> None:
    hosts = [*request.trusted_hosts, *pip.words("trusted-host")]
    own = result.get("UV_INSECURE_HOST", "").split()
    # KFP passes whole URLs as trusted hosts when it is given none; pip ignores them too.
    chosen = list(dict.fromkeys(h for h in [*own, *hosts] if "/" not in h))
    if chosen:
        result["UV_INSECURE_HOST"] = " ".join(chosen)
    if pip.values.get("cert"):
        result.setdefault("SSL_CERT_FILE", pip.values["cert"])
    if pip.values.get("client-cert"):
        result.setdefault("SSL_CLIENT_CERT", pip.values["client-cert"])
    if pip.values.get("proxy"):
        proxy = pip.values["proxy"]
        for name in ("HTTP_PROXY", "HTTPS_PROXY"):
            if not result.get(name) and not result.get(name.lower()):
                result[name] = proxy if "://" in proxy else f"http://{proxy}"
    timeout = pip.values.get("timeout") or pip.values.get("default-timeout")
    if timeout and timeout.isdecimal():
        result.setdefault("UV_HTTP_TIMEOUT", timeout)


def _absolute(link: str) -> str:
    # uv is run in a directory of its own, where a relative path would mean another place.
    return link if "://" in link else str(Path(link).expanduser().resolve())


def _uv_has_index(environ: Mapping[str, str]) -> bool:
    names = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_NO_INDEX")
    if any(environ.get(name) for name in names):
        return True
    settings = re.compile(
        r"^\s*(\[\[index\]\]|(pip\.)?(extra-)?index-url\b|index\s*=)", re.MULTILINE
    )
    return any(settings.search(_text(path)) for path in _uv_files(environ) if path.is_file())


def _uv_files(environ: Mapping[str, str]) -> Sequence[Path]:
    if environ.get("UV_CONFIG_FILE"):
        return [Path(environ["UV_CONFIG_FILE"])]
    if environ.get("UV_NO_CONFIG"):
        return []
    user = environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "/")) / ".config"
    return [Path("/etc/uv/uv.toml"), Path("/etc/xdg/uv/uv.toml"), Path(user) / "uv" / "uv.toml"]


def _pip_files(environ: Mapping[str, str]) -> Sequence[Path]:
    chosen = environ.get("PIP_CONFIG_FILE")
    if chosen == os.devnull:
        return []
    home = Path(environ.get("HOME", "/"))
    user = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    files = [Path("/etc/xdg/pip/pip.conf"), Path("/etc/pip.conf"), home / ".pip" / "pip.conf"]
    if sys.platform == "darwin":
        files.insert(0, Path("/Library/Application Support/pip/pip.conf"))
        files.append(home / "Library" / "Application Support" / "pip" / "pip.conf")
    files += [user / "pip" / "pip.conf", Path(sys.prefix) / "pip.conf"]
    return [*files, Path(chosen)] if chosen else files


def _pip_file(path: Path) -> dict[str, str]:
    import configparser

    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(_text(path))
    except configparser.Error:
        return {}  # pip itself will complain; a damaged file must not stop a run
    values: dict[str, str] = {}
    for section in ("global", "install"):
        if parser.has_section(section):
            values.update({k.replace("_", "-"): v.strip() for k, v in parser.items(section)})
    return values


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
