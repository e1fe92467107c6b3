"""The update as a service calls it: everything from site.toml, the machine's clock, the trial load in a child process."""
from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from medrules.hospital.site_file import SiteFile, read_site_file
from medrules.hospital.updating.child import Child
from medrules.hospital.updating.outcome import Outcome
from medrules.hospital.updating.update import update
from medrules.packs.store.writer import WAIT, Store

__all__ = ["update_now"]


def update_now(site: str | Path | SiteFile, wait: float = WAIT) -> Outcome:
    """What `medrules update --site` does.

    Args:
        site: site.toml, or what was read of it.
        wait: seconds for another update that is writing the store.

    Raises:
        InvalidSettings: site.toml or the overlay cannot be used. StoreError: nothing was activated; `code` says why (docs/errors). What was
            active stays so. A channel or a pack that alone was not updated is no exception: `Outcome.problems`.
    """
    known = site if isinstance(site, SiteFile) else read_site_file(site)
    return update(known, Store(known.store), lambda: datetime.now(UTC), Child(known.store, known.limits), wait=wait)
