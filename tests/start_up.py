#!/usr/bin/env python3
"""Checks that the library does not have libgit2 loaded at start-up: most runs never need it."""

import re
import subprocess
import sys

readelf, library = sys.argv[1:]
dynamic = subprocess.run([readelf, "-d", library], check=True, capture_output=True, text=True).stdout
needed = re.findall(r"NEEDED.*\[(.*)\]", dynamic)
if any(name.startswith("libgit2") for name in needed):
    sys.exit("libexpcore needs libgit2 at start-up: add the new git_* function to src/git/libgit2.hpp")
