"""Runs a workload with the official local runner; for the official SDK's interpreter.

Prints the seconds that the pipeline took, import and compilation excluded. MODE is how it sets up
each step: ``default`` (an environment each), ``no-venv`` (the interpreter that runs this).
"""

import importlib.util
import json
import sys
import tempfile
import time
import warnings
from pathlib import Path


def main():
    mode, source, name, values = sys.argv[1:5]
    warnings.simplefilter("ignore")
    from kfp import local

    path = Path(source)
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location("workload", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with tempfile.TemporaryDirectory() as root:
        runner = local.SubprocessRunner(use_venv=mode == "default")
        local.init(runner=runner, pipeline_root=root)
        began = time.perf_counter()
        getattr(module, name)(**json.loads(values))
        print("SECONDS", time.perf_counter() - began)


if __name__ == "__main__":
    main()
