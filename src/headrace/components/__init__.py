"""Components from files, URLs and text, for use as steps of new pipelines.

Takes compiled pipelines and components (IR), and component files in the format of KFP 1. The only
part of authoring that opens files and URLs.
"""

from __future__ import annotations

from headrace.components.loading import (
    load_component_from_file,
    load_component_from_text,
    load_component_from_url,
)
from headrace.dsl.component import (
    BaseComponent,
    ContainerComponent,
    PythonComponent,
    YamlComponent,
)

__all__ = [
    "BaseComponent",
    "ContainerComponent",
    "PythonComponent",
    "YamlComponent",
    "load_component_from_file",
    "load_component_from_text",
    "load_component_from_url",
]
