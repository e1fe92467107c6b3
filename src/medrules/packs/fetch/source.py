"""From the `url` of site.toml to a fetcher: `dir:/media/usb`, `http://10.1.2.3/packs`, `https://…`."""
from __future__ import annotations

from medrules.errors import InvalidSettings
from medrules.packs.channel.fetcher import Fetcher
from medrules.packs.fetch.folder import FolderFetcher
from medrules.packs.fetch.http import HttpFetcher, Pace

__all__ = ["fetcher_for"]


def fetcher_for(url: str, pace: Pace | None = None, certificates: str | None = None) -> Fetcher:
    """
    Args:
        certificates: PEM file of authorities to trust for https.

    Raises:
        InvalidSettings: neither a folder nor an address.
    """
    if url.startswith("dir:") and len(url) > 4:
        return FolderFetcher(url[4:])
    try:
        return HttpFetcher(url, pace, certificates)
    except ValueError:
        raise InvalidSettings(
            "url 应为 dir:/文件夹 或 http(s)://主机/路径（不带用户名、? 和 #）/ url must be dir:/folder or http(s)://host/path") from None
    except OSError:
        raise InvalidSettings(f"证书文件读不出来：{certificates} / the certificate file cannot be read") from None
