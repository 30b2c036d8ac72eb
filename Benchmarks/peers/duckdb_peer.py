"""DuckDB: alternations find the messages with a keyword, contains says which; 100 × regexp_matches."""

import os
import re
from collections import Counter

import duckdb

from common import Stopwatch, answer, arguments, lines

COLUMNS = """{agent: 'VARCHAR',
 messages: 'STRUCT("from" VARCHAR, agent VARCHAR, auto BOOLEAN, text VARCHAR)[]'}"""

# Words in one alternation; 100 to 250 were the fastest of 50 to 1,000.
GROUP = 250


def alternation(words: list[str]) -> str:
    return "|".join(map(re.escape, words)).replace("'", "''")


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
        # One alternation of all words can outgrow RE2's automaton, which makes it ten times slower.
        groups = [keywords[i : i + GROUP] for i in range(0, len(keywords), GROUP)]
        tests = [f"regexp_matches(text, '{alternation(group)}')" for group in groups]
        rows = database.execute(
            f"""WITH word AS (SELECT unnest(range(len($words))) AS rule, unnest($words) AS word),
            candidate AS MATERIALIZED (
                SELECT agent, text FROM message WHERE {" OR ".join(tests)})
            SELECT agent, rule, count(*) FROM candidate, word WHERE contains(text, word)
            GROUP BY agent, rule""",
            {"words": keywords},
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
