"""Who calls: the token in the header or among the arguments, and the proof that the caller knows the app's secret."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from newsbot.sandbox.messenger.errors import GraphError, bad_token
from newsbot.sandbox.messenger.model import PageAccount

__all__ = ["TOKEN_TROUBLES", "Access", "proof_of"]

#: subcode and sentence of what can be wrong with a token that was right once
TOKEN_TROUBLES: Final = {
    "expired": (463, "Error validating access token: Session has expired."),
    "invalid": (467, "Error validating access token: The access token has been invalidated."),
    "password": (460, "Error validating access token: The session has been invalidated because the password changed."),
    "removed": (458, "Error validating access token: The user has not authorized application."),
}


def proof_of(token: str, app_secret: str) -> str:
    """The `appsecret_proof` of a token: lower-case hex."""
    return hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


@dataclass(slots=True)
class Access:
    """The page token's condition, and what the app demands."""

    account: PageAccount
    trouble: str = ""  #: a key of TOKEN_TROUBLES; empty: the token is good
    proof_required: bool = False  #: "Require App Secret" is on
    expires_after: int | None = None  #: the token is good for so many calls more
    token: str = ""  #: the page token in force; a new one can be made

    def __post_init__(self) -> None:
        self.token = self.token or self.account.token

    def refuse(self, trouble: str) -> None:
        """The token is good no more. Raises ValueError for a trouble there isn't."""
        if trouble not in TOKEN_TROUBLES:
            raise ValueError(f"There is no trouble {trouble!r} of a token, only {', '.join(TOKEN_TROUBLES)}")
        self.trouble = trouble

    def renew(self, token: str = "") -> str:
        """It is good again; a new one takes its place if it is given. The token in force."""
        self.trouble, self.expires_after = "", None
        self.token = token or self.token
        return self.token

    def check(self, token: str, proof: str) -> bool:
        """Whether it is the app's own token (True) or the Page's (False). Raises GraphError."""
        if not token:
            raise GraphError(2500, "An active access token must be used to query information about the current user.")
        is_app = hmac.compare_digest(token.encode(), self.account.app_token.encode())
        if not is_app and not hmac.compare_digest(token.encode(), self.token.encode()):
            raise bad_token("Invalid OAuth access token - Cannot parse access token")
        if proof:
            if not hmac.compare_digest(proof.encode(), proof_of(token, self.account.app_secret).encode()):
                raise GraphError(
                    100, "Invalid appsecret_proof provided in the API argument", kind="GraphMethodException"
                )
        elif self.proof_required and not is_app:
            raise GraphError(
                100, "API calls from the server require an appsecret_proof argument", kind="GraphMethodException"
            )
        if not is_app:
            self._check_condition()
        return is_app

    def _check_condition(self) -> None:
        if self.expires_after is not None:
            if self.expires_after <= 0:
                self.trouble, self.expires_after = self.trouble or "expired", None
            else:
                self.expires_after -= 1
        if self.trouble:
            subcode, message = TOKEN_TROUBLES[self.trouble]
            raise bad_token(message, subcode)
