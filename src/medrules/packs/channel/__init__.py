"""The channel from a bureau to a hospital: which bytes may be trusted, and how fresh they are (The Update Framework, python-tuf).

Takes: a fetcher (directory, HTTP …), the first trusted root, what was trusted so far, a clock.  Gives: verified metadata as bytes for a
store to keep, verified bytes of one target, or `UntrustedChannel` / `UnreachableChannel` with a code.
Never: reads a pack, writes a file, or lets a caller turn a check off. Imported by the update and bureau commands alone: tuf takes long to load.
"""
from medrules.errors import MissingExtra

try:
    import tuf.api.metadata  # noqa: F401 - the question is whether it is there
except ImportError as missing:
    raise MissingExtra("规则包渠道需要 tuf：pip install medrules[packs] / the channel needs: pip install medrules[packs]") from missing

from medrules.packs.channel.client import ChannelState, TargetFacts, TrustedChannel
from medrules.packs.channel.fetcher import Fetcher, NotThere, Unreachable
from medrules.packs.channel.keys import SM2Key, register
from medrules.packs.channel.refusals import UnreachableChannel, UntrustedChannel

register()

__all__ = [
    "ChannelState", "Fetcher", "NotThere", "SM2Key", "TargetFacts", "TrustedChannel", "Unreachable", "UnreachableChannel", "UntrustedChannel",
]
