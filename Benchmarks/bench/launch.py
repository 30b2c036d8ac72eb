"""Runs one command and writes what it took to a descriptor: wall, user, system, peak, status.

    launch.py DESCRIPTOR PROGRAM ARGUMENT…

A process of its own, because a child counts the memory of the process it was forked from as its own
peak, and the driver has read large reports by then.
"""

import os
import sys
import time

report = int(sys.argv[1])
start = time.perf_counter()
child = os.fork()
if child == 0:
    os.close(report)
    try:
        os.execv(sys.argv[2], sys.argv[2:])
    except OSError as problem:
        os.write(2, f"cannot run: {problem.strerror}\n".encode())
        os._exit(127)
_, status, usage = os.wait4(child, 0)
wall = time.perf_counter() - start
code = os.waitstatus_to_exitcode(status)
text = f"{wall} {usage.ru_utime} {usage.ru_stime} {usage.ru_maxrss} {code}"
os.write(report, text.encode())
