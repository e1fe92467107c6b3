"""Which hospital a command is about: `--site site.toml`, read once."""
from __future__ import annotations

import argparse

from medrules.hospital.site_file import SiteFile, read_site_file

__all__ = ["add_site", "site_of"]


def add_site(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--site", default="site.toml", metavar="文件 FILE", help="本院的 site.toml，缺省当前文件夹里的 the hospital's site.toml")


def site_of(arguments: argparse.Namespace) -> SiteFile:
    """
    Raises:
        InvalidSettings: the file is not there or is wrong; the message names the key.
    """
    return read_site_file(arguments.site)
