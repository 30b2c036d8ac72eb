"""polars: extract_many for the keywords, 100 × contains for the regular expressions, by agent."""

from collections import Counter

import polars

from common import Stopwatch, answer, arguments, lines

# Only what is read; the times come in two types and would spoil an inferred schema.
MESSAGE = {"from": polars.String, "agent": polars.String, "auto": polars.Boolean,
           "text": polars.String}
SCHEMA = {"agent": polars.String, "messages": polars.List(polars.Struct(MESSAGE))}


def main() -> None:
    options = arguments(__doc__ or "")
    watch = Stopwatch()
    keywords, regexes = lines(options.keywords), lines(options.regexes)
    messages = (
        polars.scan_ndjson(options.archive, schema=SCHEMA)
        .rename({"agent": "owner"})
        .explode("messages")
        .unnest("messages")
        .filter((polars.col("from") == "agent") & ~polars.col("auto").fill_null(False))
        .select(polars.coalesce("agent", "owner").fill_null("").alias("agent"), "text")
        .collect()
    )
    watch.lap("read")
    hits: Counter = Counter()
    if keywords:
        number = {word: rule for rule, word in enumerate(keywords)}
        found = (
            messages.lazy()
            .select("agent", polars.col("text").str.extract_many(keywords, overlapping=True)
                    .list.unique().alias("word"))
            .explode("word").drop_nulls().group_by("agent", "word").len().collect()
        )
        for agent, word, count in found.iter_rows():
            hits[agent, number[word]] += count
    watch.lap("keywords")
    if regexes:
        first = len(keywords)
        found = (
            messages.lazy()
            .select("agent", *[polars.col("text").str.contains(pattern).alias(str(first + index))
                               for index, pattern in enumerate(regexes)])
            .group_by("agent").sum().collect()
        )
        for row in found.iter_rows(named=True):
            agent = row.pop("agent")
            for rule, count in row.items():
                hits[agent, int(rule)] += count or 0
    watch.lap("regexes")
    answer("polars", polars.__version__, hits, watch)


if __name__ == "__main__":
    main()
