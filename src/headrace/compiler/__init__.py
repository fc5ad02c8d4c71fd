"""From traced components to IR, in passes: one file each, pure functions over frozen values.

``lowering`` has the passes in their order; ``document`` makes whole documents; ``compiler`` writes
files, as ``kfp.compiler`` does. Layer 3: knows authoring and the IR, and nothing that runs.
"""

from __future__ import annotations

from headrace.compiler.compiler import Compiler, write_document
from headrace.compiler.document import compile_document
from headrace.compiler.manifests import KubernetesManifestOptions

__all__ = ["Compiler", "KubernetesManifestOptions", "compile_document", "write_document"]
