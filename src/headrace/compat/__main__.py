"""``python -m headrace.compat SCRIPT ARGS…``: run a script in which ``import kfp`` is Headrace."""

from __future__ import annotations

import sys

from headrace.compat.script import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
