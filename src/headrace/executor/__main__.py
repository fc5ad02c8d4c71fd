"""``python -m headrace.executor DIRECTORY``: runs the attempt of a directory in this process.

With KFP's options instead of a directory it does what KFP's executor does.
"""

from __future__ import annotations

import sys

from headrace.executor.attempt import perform, read_task
from headrace.executor.kfp_command import executor_main


def main() -> int:
    """Run what the command line names and return the exit status."""
    if sys.argv[1:] and not sys.argv[1].startswith("-"):
        return perform(sys.argv[1], read_task(sys.argv[1]))
    return executor_main()


if __name__ == "__main__":
    sys.exit(main())
