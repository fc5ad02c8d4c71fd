"""The command of KFP's lightweight and containerized components, served by Headrace's executor."""

from __future__ import annotations

import sys

from headrace.executor.kfp_command import executor_main

if __name__ == "__main__":
    sys.exit(executor_main())
