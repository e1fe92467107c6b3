"""Getting files from where a bureau's repository is copied to: a folder (USB stick, share) or a web server of the intranet.

Takes → a relative path of a repository and the most bytes that may come. Gives → bytes, whole, of which nothing is trusted yet; or an
error that says what is wrong with the source. Never → checks a signature, writes, follows a source to another host, or waits without end.
"""
from medrules.packs.fetch.folder import FolderFetcher
from medrules.packs.fetch.http import HttpFetcher, Pace
from medrules.packs.fetch.source import fetcher_for
from medrules.packs.fetch.trouble import SourceTrouble

__all__ = ["FolderFetcher", "HttpFetcher", "Pace", "SourceTrouble", "fetcher_for"]
