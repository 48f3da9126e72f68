"""`python -m troth.cli` is `troth`."""

import sys

from troth.cli.main import main

sys.exit(main())
