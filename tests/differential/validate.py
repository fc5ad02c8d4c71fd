"""Parses documents with the official protobuf classes; runs in the official SDK's interpreter.

Reads ``{case: [document, …]}`` from a JSON file and writes ``{case: message}`` for those that the
classes refuse. Unknown fields are refused, as they are by the API server.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(source, target):
    """Check every document of the file."""
    cases = json.loads(Path(source).read_text(encoding="utf-8"))
    found = {case: problem for case, documents in cases.items() if (problem := refusal(documents))}
    Path(target).write_text(json.dumps(found), encoding="utf-8")


def refusal(documents):
    """Return why the classes refuse a pipeline's documents, or None."""
    from google.protobuf import json_format
    from kfp.pipeline_spec import pipeline_spec_pb2

    kinds = (pipeline_spec_pb2.PipelineSpec, pipeline_spec_pb2.PlatformSpec)
    try:
        for kind, document in zip(kinds, documents, strict=False):
            json_format.ParseDict(document, kind())
        check_inside(documents)
    except json_format.ParseError as error:
        return str(error)
    return None


def check_inside(documents):
    """Check the parts that the schema holds as free structures."""
    from google.protobuf import json_format
    from kfp.kubernetes import kubernetes_executor_config_pb2
    from kfp.pipeline_spec import pipeline_spec_pb2

    deployment = documents[0].get("deploymentSpec", {})
    json_format.ParseDict(deployment, pipeline_spec_pb2.PipelineDeploymentConfig())
    for document in documents[1:]:
        platform = document.get("platforms", {}).get("kubernetes", {})
        for executor in platform.get("deploymentSpec", {}).get("executors", {}).values():
            json_format.ParseDict(
                executor, kubernetes_executor_config_pb2.KubernetesExecutorConfig()
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
