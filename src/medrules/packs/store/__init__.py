"""The store of a hospital: verified packs by their SHA-256, one state, one ledger.

Takes → verified bytes and the state that should count. Gives → the same bytes again, hashed, after any crash, error or tampering: the
old state or the new one, never a mixture. Never → asks the network, checks a signature, or knows what a rule is.
"""
from medrules.packs.store.faults import STORE_ERRORS, Fault
from medrules.packs.store.state import Channel, Pack, Rollback, State
from medrules.packs.store.view import StoreView, open_store, stamp

__all__ = ["STORE_ERRORS", "Channel", "Fault", "Pack", "Rollback", "State", "StoreView", "open_store", "stamp"]
