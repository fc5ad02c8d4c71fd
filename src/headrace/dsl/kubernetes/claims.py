# ruff: noqa: ARG001, ANN201, N802 - interfaces of components, with KFP's names
"""Components that make and remove persistent volume claims.

Back ends know the two images and act themselves instead of running a container.
"""

from __future__ import annotations

from typing import Optional

from headrace.dsl.container_component import ContainerSpec, container_component
from headrace.types.annotations import OutputPath


@container_component
def CreatePVC(
    name: OutputPath(str),  # type: ignore[valid-type]  # pyright: ignore[reportInvalidTypeForm]
    access_modes: list,  # pyright: ignore[reportMissingTypeArgument, reportUnknownParameterType]
    size: str,
    pvc_name: Optional[str] = None,  # noqa: UP045 - read at run time
    pvc_name_suffix: Optional[str] = None,  # noqa: UP045
    storage_class_name: Optional[str] = "",  # noqa: UP045
    volume_name: Optional[str] = None,  # noqa: UP045
    annotations: Optional[dict] = None,  # noqa: UP045  # pyright: ignore[reportMissingTypeArgument, reportUnknownParameterType]
    data_source: Optional[dict] = None,  # noqa: UP045  # pyright: ignore[reportMissingTypeArgument, reportUnknownParameterType]
):
    """Create a persistent volume claim for the tasks that mount it.

    Args:
        access_modes: Access modes of the claim, such as ``["ReadWriteOnce"]``.
        size: Size of the storage, such as ``"5Gi"``.
        pvc_name: Name of the claim; excludes ``pvc_name_suffix``.
        pvc_name_suffix: End of a name whose beginning is chosen in the run.
        storage_class_name: Storage class of the volume; empty means one that exists already.
        volume_name: A persistent volume that exists already and shall back the claim.
        annotations: Annotations of the claim.
        data_source: What the volume is a copy of: a dict of ``apiGroup``, ``kind`` and ``name``.

    Returns:
        name: Name of the claim that was created.
    """
    return ContainerSpec(image="argostub/createpvc")


@container_component
def DeletePVC(pvc_name: str):
    """Delete a persistent volume claim.

    Args:
        pvc_name: Name of the claim, for example ``CreatePVC(...).outputs["name"]``.
    """
    return ContainerSpec(image="argostub/deletepvc")
