"""A file that came with an agent's message."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """What is known of it before anything is fetched."""

    id: str  #: what it is called where it lies; the same in every version of the message
    name: str  #: hostile; never empty
    mime: str  #: as its platform calls it; may be empty or wrong
    size_bytes: int | None  #: None: not known yet
    source: Mapping[str, str]  #: what its platform needs to hand it over
    problem: str = ""  #: why it can't be had, a sentence for the agent
