"""PostgreSQL beside us: a server of its own in a temporary folder, events by COPY, figures by SQL.

The SQL is written as for use: events of the day in one table with the indexes that the queries want, all shops in one statement
a figure, set by set. It relies on what `live.events` makes (no event late or twice, no silence that closes a wait, one policy), which
mingjian does not.
"""

import glob
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from live.server import TICKS

SETTINGS = {
    "shared_buffers": "1GB", "work_mem": "128MB", "max_wal_size": "4GB", "jit": "off", "listen_addresses": "''",
    "max_parallel_workers_per_gather": "2", "synchronous_commit": "on", "fsync": "on",
}
TYPES = {
    "buyer": 1, "assistant": 2, "agent": 3, "conversation-opened": 4, "conversation-handed-over": 5,
    "conversation-read": 6, "conversation-closed": 7, "agent-online": 10, "agent-suspended": 11, "agent-resumed": 12,
    "agent-offline": 13, "agent-group-changed": 14, "order-placed": 20, "order-paid": 21, "order-closed": 22,
    "entry-clicked": 30, "settings-changed": 40, "orders-imported": 41,
}
SCHEMA = """
CREATE TABLE events (
  shop text NOT NULL, id text NOT NULL, t bigint NOT NULL, type smallint NOT NULL, conversation text, buyer text,
  agent text, party smallint, grp text, from_assistant boolean, needs boolean, orders text, amount bigint, entry text,
  body text, PRIMARY KEY (shop, id));
CREATE INDEX events_t ON events (t);
CREATE INDEX events_conversation ON events (shop, conversation, t) WHERE type <= 7;
CREATE INDEX events_presence ON events (shop, agent, t) WHERE type BETWEEN 10 AND 14;
CREATE INDEX events_orders ON events (t) WHERE type BETWEEN 20 AND 22;
"""
# {day}, {at}: what is counted happened in [day, at). {slot}, {slot_end}, {half}, {half_end}: the last whole ones.
FIGURES = """
BEGIN;
CREATE TEMP TABLE conversations ON COMMIT DROP AS
  SELECT shop, conversation, buyer, min(t) FILTER (WHERE type = 1) AS asked,
    max(t) FILTER (WHERE type = 1 AND needs) AS need, max(t) FILTER (WHERE type = 3) AS answered,
    max(t) FILTER (WHERE type = 7) AS closed,
    max(t) FILTER (WHERE type IN (3, 4, 5)) AS owned
  FROM events WHERE t >= {day} AND t < {at} AND type <= 7 GROUP BY shop, conversation, buyer;
CREATE TEMP TABLE spoke ON COMMIT DROP AS
  SELECT shop, buyer, min(asked) AS t FROM conversations WHERE asked IS NOT NULL GROUP BY shop, buyer;
CREATE TEMP TABLE replies ON COMMIT DROP AS
  SELECT e.shop, e.buyer, e.agent, min(e.t) AS t FROM events e JOIN conversations c USING (shop, conversation, buyer)
  WHERE e.type IN (2, 3) AND e.t >= {day} AND e.t < {at} AND e.t > c.asked GROUP BY e.shop, e.buyer, e.agent;
CREATE TEMP TABLE pending ON COMMIT DROP AS
  SELECT c.shop, o.agent, count(*) AS n FROM conversations c
    JOIN events o ON o.shop = c.shop AND o.conversation = c.conversation AND o.t = c.owned AND o.type <= 7
  WHERE c.closed IS NULL AND c.need > coalesce(c.answered, 0) AND o.agent IS NOT NULL GROUP BY c.shop, o.agent;
CREATE TEMP TABLE presence ON COMMIT DROP AS
  SELECT shop, agent, on_t > coalesce(off_t, 0) AS online,
    on_t > coalesce(off_t, 0) AND coalesce(suspend_t, 0) > greatest(coalesce(resume_t, 0), coalesce(off_t, 0)) AS suspended,
    (SELECT grp FROM events g WHERE g.shop = p.shop AND g.agent = p.agent AND g.t = group_t AND g.type = 14) AS grp
  FROM (SELECT shop, agent, max(t) FILTER (WHERE type = 10) AS on_t, max(t) FILTER (WHERE type = 13) AS off_t,
      max(t) FILTER (WHERE type = 11) AS suspend_t, max(t) FILTER (WHERE type = 12) AS resume_t,
      max(t) FILTER (WHERE type = 14) AS group_t
    FROM events WHERE type BETWEEN 10 AND 14 AND t < {at} GROUP BY shop, agent) p;
CREATE TEMP TABLE answers ON COMMIT DROP AS
  SELECT a.shop, a.agent, a.t - CASE WHEN w.passed > w.need THEN w.passed ELSE w.need_after END AS length
  FROM events a
    CROSS JOIN LATERAL (SELECT coalesce(max(t), 0) AS t, coalesce(max(t) FILTER (WHERE type = 2), 0) AS assistant
      FROM events b WHERE b.shop = a.shop AND b.conversation = a.conversation AND b.type IN (2, 3) AND b.t < a.t) last
    CROSS JOIN LATERAL (SELECT coalesce(max(t), 0) AS t FROM events b WHERE b.shop = a.shop
      AND b.conversation = a.conversation AND b.type = 3 AND b.t < a.t) before
    CROSS JOIN LATERAL (SELECT min(t) FILTER (WHERE type = 1 AND needs) AS need,
      min(t) FILTER (WHERE type = 1 AND needs AND b.t > last.assistant) AS need_after,
      max(t) FILTER (WHERE type = 5) AS passed
      FROM events b WHERE b.shop = a.shop AND b.conversation = a.conversation AND b.type <= 7 AND b.t > before.t
        AND b.t < a.t) w
  WHERE a.type = 3 AND a.t >= {slot} AND a.t < {slot_end} AND w.need IS NOT NULL;
CREATE TEMP TABLE bought ON COMMIT DROP AS
  SELECT shop, buyer, min(t) FILTER (WHERE type = 20) AS placed, min(t) FILTER (WHERE type = 22) AS closed
  FROM events WHERE type IN (20, 22) AND t < {at} GROUP BY shop, buyer, orders;
CREATE TEMP TABLE paid ON COMMIT DROP AS
  SELECT shop, buyer, t, amount FROM events WHERE type = 21 AND t >= {day} AND t < {at};
ANALYZE conversations, spoke, replies, bought, paid;
CREATE TEMP TABLE served ON COMMIT DROP AS
  SELECT s.shop, s.buyer, s.t AS spoke, greatest(s.t, r.t) AS since,
    CASE WHEN r.human IS NOT NULL THEN greatest(s.t, r.human) END AS led, r.t AS replied
  FROM spoke s LEFT JOIN (SELECT shop, buyer, min(t) AS t, min(t) FILTER (WHERE agent IS NOT NULL) AS human
    FROM replies GROUP BY shop, buyer) r USING (shop, buyer);
ANALYZE served;
WITH payments AS (
    SELECT s.shop, s.buyer, sum(p.amount) AS amount, sum(p.amount) FILTER (WHERE p.t >= s.led) AS led
    FROM served s JOIN paid p USING (shop, buyer)
    WHERE s.replied IS NOT NULL AND p.t >= s.since GROUP BY s.shop, s.buyer),
  buyers AS (
    SELECT s.shop, s.buyer FROM served s JOIN bought b USING (shop, buyer)
    WHERE b.placed < s.spoke AND b.placed >= s.spoke - 1814400000 AND (b.closed IS NULL OR b.closed >= {at})
    GROUP BY s.shop, s.buyer)
SELECT 'day', shop, count(s.replied), coalesce(sum(p.amount), 0), coalesce(sum(p.led), 0), count(p.amount), count(p.led),
  count(*) FILTER (WHERE b.buyer IS NULL)
FROM served s LEFT JOIN payments p USING (shop, buyer) LEFT JOIN buyers b USING (shop, buyer) GROUP BY shop;
SELECT 'response', shop, sum(mean)::bigint / count(*) / 1000, count(*) FROM (
  SELECT shop, sum(length)::bigint / count(*) * 1000 + sum(length)::bigint % count(*) * 1000 / count(*) AS mean
  FROM answers GROUP BY shop, agent) m GROUP BY shop;
SELECT 'agent', shop, agent, coalesce(p.online, false), coalesce(p.suspended, false), coalesce(n.n, 0), coalesce(r.n, 0),
  coalesce(a.sum, 0), coalesce(a.n, 0)
FROM presence p FULL JOIN pending n USING (shop, agent)
  FULL JOIN (SELECT shop, agent, count(*) AS n FROM replies JOIN spoke USING (shop, buyer) WHERE agent IS NOT NULL
    GROUP BY shop, agent) r USING (shop, agent)
  FULL JOIN (SELECT shop, agent, sum(length) AS sum, count(*) AS n FROM answers GROUP BY shop, agent) a
    USING (shop, agent);
SELECT 'group', shop, p.grp, count(*) FILTER (WHERE online), count(*) FILTER (WHERE suspended), coalesce(sum(n.n), 0)
  FROM presence p LEFT JOIN pending n USING (shop, agent) GROUP BY shop, p.grp;
SELECT 'consulted', shop, count(DISTINCT buyer) FROM events b WHERE type = 1 AND t >= {slot} AND t < {slot_end}
  AND EXISTS (SELECT FROM events o WHERE o.shop = b.shop AND o.conversation = b.conversation AND o.type = 4
    AND o.party = 1 AND o.t < b.t)
  AND NOT EXISTS (SELECT FROM events o WHERE o.shop = b.shop AND o.conversation = b.conversation AND o.type IN (3, 5)
    AND o.t < b.t) GROUP BY shop;
SELECT 'handed', shop, count(DISTINCT buyer) FROM events WHERE type = 5 AND from_assistant AND t >= {slot}
  AND t < {slot_end} GROUP BY shop;
SELECT 'clicks', shop, entry, count(*) FROM events WHERE type = 30 AND t >= {half} AND t < {half_end} GROUP BY shop, entry;
COMMIT;
"""


def row(event):
    """An event as a line of COPY."""
    kind = TYPES[event["from"]] if event["type"] == "message" else TYPES[event["type"]]
    target = event.get("to") or {}
    party = 1 if target.get("assistant") else 2 if "agent" in target else 3 if "group" in target else None
    needs = event.get("needsAnswer")
    origin = event.get("from")
    fields = [
        event["shop"], event["id"], event["time"], kind, event.get("conversation"), event.get("buyer"),
        event.get("agent") or target.get("agent"), party, event.get("group") or target.get("group"),
        bool(origin.get("assistant")) if isinstance(origin, dict) else None, needs, event.get("order"),
        event.get("amount"), event.get("entry"), event.get("text"),
    ]
    return "\t".join("\\N" if f is None else "tf"[not f] if isinstance(f, bool) else str(f) for f in fields) + "\n"


class Postgres:
    """A server until `stop`, and one connection to it by psql."""

    def __init__(self, directory=None):
        folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        if not folders:
            raise SystemExit("PostgreSQL is missing: apt-get install postgresql")
        self.bin = Path(folders[-1])
        # It refuses to run as root.
        self.prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self.folder = tempfile.mkdtemp(prefix="live-postgres-", dir=directory)
        if self.prefix:
            shutil.chown(self.folder, "postgres")
        data = self.folder + "/data"
        self.run("initdb", "-D", data, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions")
        with open(data + "/postgresql.conf", "a") as file:
            file.writelines(f"{key} = {value}\n" for key, value in SETTINGS.items())
            file.write(f"unix_socket_directories = '{self.folder}'\n")
        self.run("pg_ctl", "-D", data, "-l", self.folder + "/log", "-w", "start")
        self.psql = subprocess.Popen(
            [*self.prefix, str(self.bin / "psql"), "-qAtX", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-h", self.folder,
             "postgres"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/")
        self.version = self.ask("SHOW server_version;")[0]
        self.ask(SCHEMA)

    def run(self, name, *arguments):
        result = subprocess.run(
            [*self.prefix, str(self.bin / name), *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True, cwd="/")
        if result.returncode != 0:
            raise SystemExit(f"{name}: {result.stderr}")

    def ask(self, text):
        """Runs statements and returns the lines of their answers."""
        self.psql.stdin.write(text + "\n\\echo DONE\n")
        self.psql.stdin.flush()
        lines = []
        while (answer := self.psql.stdout.readline()) != "DONE\n":
            if not answer:
                raise SystemExit("psql: " + self.psql.stderr.read())
            lines.append(answer.rstrip("\n"))
        return lines

    def cpu(self):
        """Seconds of processor time of all its processes so far."""
        main = int(Path(self.folder + "/data/postmaster.pid").read_text().split()[0])
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                number, fields = int(stat.parent.name), stat.read_text().rsplit(") ", 1)[1].split()
            except (OSError, IndexError):
                continue
            if number == main:
                # Workers that have ended are counted by who waited for them.
                ticks += sum(map(int, fields[11:15]))
            elif int(fields[1]) == main:
                ticks += int(fields[11]) + int(fields[12])
        return ticks / TICKS

    def copy(self, rows):
        self.ask("COPY events FROM STDIN;\n" + "".join(rows) + "\\.")

    def figures(self, instants):
        return self.ask(FIGURES.format(**instants))

    def stop(self):
        self.psql.kill()
        self.psql.wait()
        self.run("pg_ctl", "-D", self.folder + "/data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)
