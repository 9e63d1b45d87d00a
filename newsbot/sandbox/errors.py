"""What goes wrong on the readers' side of the servers."""

from newsbot.errors import NewsbotError

__all__ = ["SandboxError"]


class SandboxError(NewsbotError):
    """A simulated reader was asked for something that no app could do."""
