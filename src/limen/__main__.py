"""`python -m limen` is the command `limen`."""

import sys

from limen.cli import main

sys.exit(main())
