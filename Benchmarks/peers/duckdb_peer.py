"""DuckDB: an alternation finds the messages with a keyword, then contains says which; 100 × regexp_matches."""

import os
import re
from collections import Counter

import duckdb

from common import Stopwatch, answer, arguments, lines

COLUMNS = """{agent: 'VARCHAR',
 messages: 'STRUCT("from" VARCHAR, agent VARCHAR, auto BOOLEAN, text VARCHAR)[]'}"""


def main() -> None:
    options = arguments(__doc__ or "")
    watch = Stopwatch()
    keywords, regexes = lines(options.keywords), lines(options.regexes)
    database = duckdb.connect()
    database.execute(f"SET threads = {os.cpu_count()}")
    database.execute(
        f"""CREATE TEMP TABLE message AS
        SELECT coalesce(m.agent, owner, '') AS agent, m.text AS text
        FROM (SELECT agent AS owner, unnest(messages) AS m
              FROM read_json(?, format = 'newline_delimited',
                             maximum_object_size = 268435456, columns = {COLUMNS}))
        WHERE m."from" = 'agent' AND NOT coalesce(m.auto, false)""",
        [options.archive],
    )
    watch.lap("read")
    hits: Counter = Counter()
    if keywords:
        rows = database.execute(
            """WITH word AS (SELECT unnest(range(len($words))) AS rule, unnest($words) AS word),
            candidate AS MATERIALIZED (
                SELECT agent, text FROM message WHERE regexp_matches(text, $alternation))
            SELECT agent, rule, count(*) FROM candidate, word WHERE contains(text, word)
            GROUP BY agent, rule""",
            {"words": keywords, "alternation": "|".join(map(re.escape, keywords))},
        ).fetchall()
        for agent, rule, count in rows:
            hits[agent, rule] += count
    watch.lap("keywords")
    if regexes:
        quoted = [pattern.replace("'", "''") for pattern in regexes]
        sums = ", ".join(f"count(*) FILTER (regexp_matches(text, '{p}'))" for p in quoted)
        for agent, *counts in database.execute(
            f"SELECT agent, {sums} FROM message GROUP BY agent"
        ).fetchall():
            for index, count in enumerate(counts):
                hits[agent, len(keywords) + index] += count
    watch.lap("regexes")
    answer("duckdb", duckdb.__version__, hits, watch)


if __name__ == "__main__":
    main()
