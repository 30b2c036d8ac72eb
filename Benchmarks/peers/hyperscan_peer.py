"""Python with orjson and Hyperscan: all patterns in one database, one scan a message, N processes."""

import mmap
import os
import re
from collections import Counter
from multiprocessing import get_context

import hyperscan
import orjson

from common import Stopwatch, answer, arguments, lines

database: hyperscan.Database | None = None


def compiled(keywords: list[str], regexes: list[str]) -> hyperscan.Database:
    # Keywords are plain bytes and need no UTF-8 mode, which makes compiling them slow.
    once = hyperscan.HS_FLAG_SINGLEMATCH
    result = hyperscan.Database()
    result.compile(
        expressions=[re.escape(word).encode() for word in keywords]
        + [pattern.encode() for pattern in regexes],
        ids=list(range(len(keywords) + len(regexes))),
        flags=[once] * len(keywords) + [once | hyperscan.HS_FLAG_UTF8] * len(regexes),
    )
    return result


def scan(part: tuple[str, int, int]) -> Counter:
    path, start, end = part
    hits: Counter = Counter()
    found: list[int] = []

    def on_match(rule: int, *_: object) -> None:
        found.append(rule)

    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as bytes_:
        bytes_.seek(start)
        while bytes_.tell() < end:
            conversation = orjson.loads(bytes_.readline())
            owner = conversation.get("agent", "")
            for message in conversation["messages"]:
                if message["from"] != "agent" or message.get("auto"):
                    continue
                database.scan(message["text"].encode(), match_event_handler=on_match)
                if found:
                    agent = message.get("agent", owner)
                    for rule in found:
                        hits[agent, rule] += 1
                    found.clear()
    return hits


def parts(path: str, count: int) -> list[tuple[str, int, int]]:
    """Ranges of whole lines of about the same length."""
    size = os.path.getsize(path)
    borders = [0]
    with open(path, "rb") as file:
        for index in range(1, count):
            file.seek(max(borders[-1], size * index // count))
            file.readline()
            borders.append(file.tell())
    borders.append(size)
    return [(path, a, b) for a, b in zip(borders, borders[1:]) if a < b]


def main() -> None:
    global database
    options = arguments(__doc__ or "")
    watch = Stopwatch()
    database = compiled(lines(options.keywords), lines(options.regexes))
    watch.lap("compile")
    if options.processes == 1:
        hits = sum(map(scan, parts(options.archive, 1)), Counter())
    else:
        # Forked after compiling, so that the database is compiled once and shared.
        with get_context("fork").Pool(options.processes) as pool:
            hits = sum(pool.map(scan, parts(options.archive, options.processes)), Counter())
    watch.lap("scan")
    answer(f"python-hyperscan-{options.processes}", hyperscan.__version__, hits, watch)


if __name__ == "__main__":
    main()
