"""The probe of Tests/LiveProbe: fold and figures without log and transport."""

import json
import os
import subprocess
import sys

from live.server import ROOT


def probe(*arguments):
    named = os.environ.get("LIVE_PROBE")
    if not named:
        build = ["swift", "build", "-c", "release", "--package-path", str(ROOT), "--product", "live-probe"]
        subprocess.run(build, check=True, stdout=sys.stderr)
        named = os.environ["LIVE_PROBE"] = str(ROOT / ".build/release/live-probe")
    return json.loads(subprocess.run([named, *map(str, arguments)], check=True, capture_output=True).stdout)
