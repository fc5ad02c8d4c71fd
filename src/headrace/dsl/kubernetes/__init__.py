"""What only Kubernetes knows: secrets, volumes, scheduling and pods of tasks.

Each function writes into the ``kubernetes`` part of a task's platform configuration, in the JSON
form of KFP's KubernetesExecutorConfig, and returns the task. Users import it as
``headrace.kubernetes``. Knows tasks and channels; the compiler places what is written here.
"""

from __future__ import annotations

from headrace.dsl.kubernetes.claims import CreatePVC, DeletePVC
from headrace.dsl.kubernetes.config_maps import use_config_map_as_env, use_config_map_as_volume
from headrace.dsl.kubernetes.containers import add_init_container, set_security_context
from headrace.dsl.kubernetes.images import set_image_pull_policy, set_image_pull_secrets
from headrace.dsl.kubernetes.node_affinity import add_node_affinity, add_node_affinity_json
from headrace.dsl.kubernetes.nodes import (
    add_node_selector,
    add_node_selector_json,
    add_toleration,
    add_toleration_json,
)
from headrace.dsl.kubernetes.pods import (
    add_pod_annotation,
    add_pod_label,
    set_timeout,
    use_field_path_as_env,
)
from headrace.dsl.kubernetes.secrets import use_secret_as_env, use_secret_as_volume
from headrace.dsl.kubernetes.volumes import add_ephemeral_volume, empty_dir_mount, mount_pvc

__all__ = [
    "CreatePVC",
    "DeletePVC",
    "add_ephemeral_volume",
    "add_init_container",
    "add_node_affinity",
    "add_node_affinity_json",
    "add_node_selector",
    "add_node_selector_json",
    "add_pod_annotation",
    "add_pod_label",
    "add_toleration",
    "add_toleration_json",
    "empty_dir_mount",
    "mount_pvc",
    "set_image_pull_policy",
    "set_image_pull_secrets",
    "set_security_context",
    "set_timeout",
    "use_config_map_as_env",
    "use_config_map_as_volume",
    "use_field_path_as_env",
    "use_secret_as_env",
    "use_secret_as_volume",
]
