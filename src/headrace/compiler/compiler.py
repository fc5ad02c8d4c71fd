"""The compiler as KFP's users call it: a component becomes a file.

The only module of this unit that touches the disk; everything is checked before it writes.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headrace.compiler.document import compile_document
from headrace.compiler.manifests import KubernetesManifestOptions, manifests
from headrace.dsl.component import BaseComponent
from headrace.dsl.exceptions import refused
from headrace.errors import InvalidPipeline
from headrace.ir import dump_yaml, write_json, write_yaml


class Compiler:
    """Compiles components to IR files.

    Example:
        ``Compiler().compile(training, "training.yaml")``
    """

    def compile(
        self,
        pipeline_func: BaseComponent,
        package_path: str,
        pipeline_name: str | None = None,
        pipeline_display_name: str | None = None,
        pipeline_parameters: Mapping[str, Any] | None = None,
        type_check: bool = True,
        kubernetes_manifest_options: KubernetesManifestOptions | None = None,
        kubernetes_manifest_format: bool = False,
    ) -> None:
        """Compile a component and write its IR to a file.

        Args:
            pipeline_func: A pipeline, or any other component.
            package_path: File to write; its name ends in ``.yaml``, ``.yml`` or ``.json``.
            pipeline_name: Replaces the pipeline's name.
            pipeline_display_name: Replaces what it is called on screen.
            pipeline_parameters: Replace the defaults of its inputs.
            type_check: Without effect; types are always checked.
            kubernetes_manifest_options: Names in the manifest.
            kubernetes_manifest_format: Write Kubernetes manifests instead of a pipeline file.

        Raises:
            AuthoringError: The component or an argument cannot be used. Nothing is written.
        """
        del type_check
        spec, platform = compile_document(
            pipeline_func,
            name=pipeline_name,
            display_name=pipeline_display_name,
            parameters=pipeline_parameters,
            as_kfp=True,
        )
        description = pipeline_func.description
        if kubernetes_manifest_format:
            options = kubernetes_manifest_options or KubernetesManifestOptions()
            text = dump_yaml(*manifests(spec, platform, options, description))
        else:
            text = _text(package_path, spec, platform, description)
        Path(package_path).write_text(text, encoding="utf-8")


def write_document(component: BaseComponent, path: str, description: str | None) -> None:
    """Compile a component and write its IR to a file with a description of its own.

    Args:
        component: The component.
        path: File to write; its name ends in ``.yaml``, ``.yml`` or ``.json``.
        description: What the head of the file says.
    """
    spec, platform = compile_document(component, as_kfp=True)
    Path(path).write_text(_text(path, spec, platform, description), encoding="utf-8")


def _text(
    path: str, spec: dict[str, Any], platform: dict[str, Any] | None, description: str | None
) -> str:
    if path.endswith((".yaml", ".yml")):
        return write_yaml(spec, platform, description=description)
    if not path.endswith(".json"):
        raise refused(
            InvalidPipeline,
            f'The output path {path} should end with ".yaml".',
            hint="name the file something.yaml",
        )
    if platform:
        raise refused(
            InvalidPipeline,
            "the pipeline has Kubernetes configuration, for which a .json file has no place",
            hint="name the file something.yaml",
        )
    warnings.warn(
        "KFP gives up pipelines in JSON: name the file something.yaml",
        DeprecationWarning,
        stacklevel=3,
    )
    return write_json(spec)
