"""Rule packs as bytes: the pack file, its manifest, the list of releases; trust and storage beside them.

Takes → bytes from anywhere. Gives → verified members of one pack file, or an error with a code. Never → knows what a rule is, reads a
folder of rules, evaluates, or touches the network while a pack is only opened.
"""
from medrules.packs.archive import BUDGET, Budget, PackFile, read_pack_file, write_pack_file
from medrules.packs.manifest import Manifest, read_manifest, write_manifest
from medrules.packs.releases import ReleaseIndex, read_releases, write_releases
from medrules.packs.versions import Version

__all__ = [
    "BUDGET", "Budget", "Manifest", "PackFile", "ReleaseIndex", "Version", "read_manifest", "read_pack_file", "read_releases",
    "write_manifest", "write_pack_file", "write_releases",
]
