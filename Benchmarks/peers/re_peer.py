"""Plain Python: json, `in` for the keywords and re for the regular expressions."""

import json
import platform
import re
from collections import Counter

from common import Stopwatch, answer, arguments, lines


def main() -> None:
    options = arguments(__doc__ or "")
    watch = Stopwatch()
    keywords = list(enumerate(lines(options.keywords)))
    regexes = [(len(keywords) + index, re.compile(pattern).search)
               for index, pattern in enumerate(lines(options.regexes))]
    watch.lap("compile")
    hits: Counter = Counter()
    with open(options.archive, encoding="utf-8") as archive:
        for line in archive:
            conversation = json.loads(line)
            for message in conversation["messages"]:
                if message["from"] != "agent" or message.get("auto"):
                    continue
                agent = message.get("agent", conversation.get("agent", ""))
                text = message["text"]
                for rule, word in keywords:
                    if word in text:
                        hits[agent, rule] += 1
                for rule, search in regexes:
                    if search(text):
                        hits[agent, rule] += 1
    watch.lap("scan")
    answer("python-re", platform.python_version(), hits, watch)


if __name__ == "__main__":
    main()
