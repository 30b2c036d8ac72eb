"""Runs a process and says what it took."""

import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launch.py")


@dataclass
class Sample:
    """One run of a whole process; `peak_mib` is its largest resident set, or that of a child."""

    wall: float
    user: float
    system: float
    peak_mib: float
    load: float
    status: int

    def as_json(self) -> dict:
        return asdict(self)


class Failed(Exception):
    """A process that did not end as expected."""


def run(
    command: list[str], output: Path, environment: dict[str, str] | None = None,
    statuses: tuple[int, ...] = (0,),
) -> Sample:
    """Runs `command` with its standard output in the file `output`.

    wait4 gives the figures of this process alone. `command` starts with a path.
    """
    load = os.getloadavg()[0]
    errors = output.with_suffix(output.suffix + ".err")
    reader, writer = os.pipe()
    try:
        with open(output, "wb") as out, open(errors, "wb") as err:
            # -E -S -s: the launcher must stay small, see there.
            subprocess.run(
                [sys.executable, "-ESs", str(LAUNCHER), str(writer), *command],
                stdin=subprocess.DEVNULL, stdout=out, stderr=err, pass_fds=[writer],
                env={**os.environ, **(environment or {})}, check=True)
        os.close(writer)
        writer = -1
        text = os.read(reader, 4096).decode()
    finally:
        os.close(reader)
        if writer >= 0:
            os.close(writer)
    wall, user, system, peak, code = text.split()
    status = int(code)
    if status not in statuses:
        tail = errors.read_text(errors="replace").strip().splitlines()[-8:]
        raise Failed(f"{Path(command[0]).name} ended with {status}:\n" + "\n".join(tail))
    # Linux counts ru_maxrss in KiB, macOS in bytes.
    unit = 1024 * 1024 if os.uname().sysname == "Darwin" else 1024
    return Sample(
        wall=round(float(wall), 4), user=round(float(user), 4), system=round(float(system), 4),
        peak_mib=round(int(peak) / unit, 1), load=round(load, 2), status=status)


def warm(path: Path) -> None:
    """Reads a file once, so that every engine finds it in the page cache."""
    with open(path, "rb", buffering=0) as file:
        while file.read(1 << 22):
            pass
