"""The bureau's side of the channel: keys, roles, packs to publish, signatures of several people, what goes online.

Takes: a bureau folder, key files, pack files that were built.  Gives: `repository/`, plain files that any web server, share or USB stick
carries, and `pending/`, what still waits for signatures.
Never: makes a nonce, keeps an unencrypted private key, publishes what a hospital's channel would refuse, or reads a pack's rules.

The order of work: `create`, `delegate`, `publish`, `rollout`, `withdraw`, `rotate`, `renew` write pending metadata without signatures; people `sign` it
one after the other on machines that need no network; `refresh`, online, takes what is complete, signs snapshot and timestamp and publishes.
"""
from medrules.packs.bureau.folder import BureauFolder
from medrules.packs.bureau.keys import PublicKeyFile, load_signer, make_key, read_public
from medrules.packs.bureau.online import Refreshed, refresh
from medrules.packs.bureau.refusals import BureauError
from medrules.packs.bureau.releasing import publish, rollout, withdraw
from medrules.packs.bureau.roles import create, delegate, renew, rotate
from medrules.packs.bureau.signing import sign
from medrules.packs.bureau.status import BureauStatus, status

__all__ = [
    "BureauError", "BureauFolder", "BureauStatus", "PublicKeyFile", "Refreshed", "create", "delegate", "load_signer", "make_key", "publish",
    "read_public", "refresh", "renew", "rollout", "rotate", "sign", "status", "withdraw",
]
