"""The national interface for intelligent audit: 3101 (before), 3102 (during), 3103 (feedback).

Takes → a message as bytes, and an engine. Gives → the answer as bytes, or facts and feedback for callers that do more.
Never → judges anything itself, guesses what the form leaves open (site.py), or repeats what was sent in a log or an
error.

    bytes ─ envelope ─ reader (fields, codes, values, site) ─ Facts ─ engine ─ Report ─ response ─ bytes
"""
from medrules.adapters.nhsa.door import carried_facts, door_of
from medrules.adapters.nhsa.feedback import Feedback, FeedbackResponse, read_feedback
from medrules.adapters.nhsa.reader import Request, read_request
from medrules.adapters.nhsa.response import write_failure, write_response
from medrules.adapters.nhsa.service import Answer, Engine, Service, accept_feedback, review_message
from medrules.adapters.nhsa.site import DEFAULT_SITE, Limits, Register, SiteSettings

__all__ = [
    "DEFAULT_SITE", "Answer", "Engine", "Feedback", "FeedbackResponse", "Limits", "Register", "Request", "Service",
    "SiteSettings",
    "accept_feedback", "carried_facts", "door_of", "read_feedback", "read_request", "review_message", "write_failure",
    "write_response",
]
