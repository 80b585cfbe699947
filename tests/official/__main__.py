"""Installs the checkers."""

import sys

from tests.official import install

sys.exit(install())
