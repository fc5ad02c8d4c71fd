"""What ``import kfp`` means inside a task, whether or not the official package is installed.

Submodules that are not here, such as ``kfp.client``, come from the official package if the task's
environment has it.
"""

from __future__ import annotations

from pkgutil import extend_path

from . import dsl

__path__ = extend_path(__path__, __name__)
__version__ = "2.17.0"
TYPE_CHECK = True
__all__ = ["TYPE_CHECK", "__version__", "dsl"]
