"""Why a channel was not believed, each reason with a code of `medrules.errors.PACK_ERRORS` (MR-P2xx), and where python-tuf says it."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from securesystemslib.exceptions import Error as KeyTrouble
from tuf.api import exceptions
from tuf.api.serialization import DeserializationError, SerializationError

from medrules.errors import PACK_ERRORS, PackError

__all__ = ["UnreachableChannel", "UntrustedChannel", "refused", "said_by_tuf"]


class UntrustedChannel(PackError):
    """What the repository offers does not verify, or is not fresh. Nothing of it is used; the active packs stay."""


class UnreachableChannel(PackError):
    """The repository could not be read now; nothing is known about what it holds. The active packs stay."""


def refused(code: str, what: str, english: str) -> UntrustedChannel:
    """The error with the sentence of its code; `what` names the file and the trouble."""
    zh, en = PACK_ERRORS[code]
    return UntrustedChannel(f"{zh}：{what} / {en}: {english}", code)


@contextmanager
def said_by_tuf(name: str) -> Iterator[None]:
    """What python-tuf finds wrong with the file `name`, as an error of ours."""
    try:
        yield
    except exceptions.UnsignedMetadataError:
        raise refused("MR-P203", name, name) from None
    except exceptions.ExpiredMetadataError:
        raise refused("MR-P204", name, name) from None
    except exceptions.BadVersionNumberError:
        raise refused("MR-P205", name, name) from None
    except exceptions.LengthOrHashMismatchError:
        raise refused("MR-P206", name, name) from None
    except (DeserializationError, SerializationError):
        raise refused("MR-P207", name, name) from None
    except exceptions.RepositoryError as error:  # a wrong type, a role that the snapshot lacks: what is left over
        kind = "MR-P205" if "missing info" in str(error) else "MR-P207"
        raise refused(kind, name, f"{name}: {error}") from None
    except (KeyTrouble, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        raise refused("MR-P207", name, name) from None
