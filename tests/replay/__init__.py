"""Publishers that answer from this machine: recorded bodies, served over real sockets."""

from tests.replay.publisher import Asked, Publisher
from tests.replay.route import Fault, Route, load
from tests.replay.stage import Replay

__all__ = ["Asked", "Fault", "Publisher", "Replay", "Route", "load"]
