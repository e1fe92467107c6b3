"""`medrules site rollback`: a local emergency, back to a version that was verified here before; recorded, and only for a time."""
from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import console, print_json, working
from medrules.adapters.cli.site_sites import add_site, site_of
from medrules.adapters.cli.site_update import show_outcome
from medrules.errors import MedRulesError
from medrules.packs.store.writer import Store
from medrules.packs.versions import Version

__all__ = ["add", "run"]


def add(parser: argparse.ArgumentParser) -> None:
    add_site(parser)
    parser.add_argument("pack", help="规则包，例如 100000/national the pack")
    parser.add_argument("--to", metavar="版本 VERSION", help="退到哪一版（缺省低于现版本的最高一版）the version, default the highest below the active one")
    parser.add_argument("--reason", required=True, metavar="原因 TEXT", help="为什么，写进台账 why; it is recorded")
    parser.add_argument("--days", type=int, default=7, metavar="天 DAYS", help="几天后到期，1 至 30，缺省 7 days until it ends")


def run(arguments: argparse.Namespace) -> int:
    from medrules.hospital.updating.child import Child  # the libraries of trust take long to import
    from medrules.hospital.updating.rollback import roll_back

    site = site_of(arguments)
    version = None
    if arguments.to:
        try:
            version = Version.parse(arguments.to)
        except ValueError:
            raise MedRulesError(f"--to 应像 2026.7.1：{arguments.to[:60]} / a version like 2026.7.1") from None
    with working("回退 rolling back"):
        outcome = roll_back(
            site, Store(site.store), lambda: datetime.now(UTC), Child(site.store, site.limits), arguments.pack, arguments.reason, version,
            timedelta(days=arguments.days))
    if arguments.json:
        print_json(outcome.as_json())
    else:
        out = console(not arguments.no_color)
        show_outcome(out, outcome.as_json(), [(c.pack, c.title, c.before, c.after, "") for c in outcome.changes], 0)
        out.print(f"{arguments.days} 天后到期，或发布单位有更高版本时结束；请把原因告诉发布单位 / ends after {arguments.days} days or with a higher version; "
                  "tell the publisher why")
    return exits.OK
