# SPDX-License-Identifier: GPL-2.0-or-later
"""Errors as Trustee's KBS shows them to a guest, and their true reasons.

A guest sees a variant name and a fixed sentence (kbs-wire.md 1.7).  The reason
that Trustee would write only into its own log is carried beside it, so that
tests can read it in log.jsonl.
"""

TYPE_PREFIX = "https://github.com/confidential-containers/kbs/errors/"


class KbsError(Exception):
    """An answer with an error body."""

    def __init__(self, variant, detail, reason, status=401):
        super().__init__(reason)
        self.variant = variant
        self.detail = detail
        self.reason = reason
        self.status = status

    def body(self):
        return {"type": TYPE_PREFIX + self.variant, "detail": self.detail}


class EvidenceError(Exception):
    """Evidence is refused; the text is for the log only."""


class MessageError(Exception):
    """A message does not parse.  `shown` is what the guest may read of it."""

    def __init__(self, reason, shown):
        super().__init__(reason)
        self.shown = shown


class Dropped(Exception):
    """The connection closes without an answer, as when a handler panics."""


def auth_failed(shown, reason):
    return KbsError("AttestationError",
                    "Attestation error: RCAR handshake Auth failed: " + shown, reason)


def attest_failed(reason):
    return KbsError("AttestationError",
                    "Attestation error: RCAR handshake Attest failed", reason)


def token_not_found(reason):
    return KbsError("TokenNotFound", "Attestation Token not found", reason)


def token_verifier(reason):
    return KbsError("TokenVerifierError", "Token Verifier error", reason)


def policy_deny(reason, status=401):
    return KbsError("PolicyDeny", "Access denied by policy", reason, status)


def plugin_internal(reason):
    return KbsError("PluginInternalError", "Plugin internal error", reason)


def plugin_not_found(name):
    return KbsError("PluginNotFound", f"Plugin {name} not found",
                    f"no plugin '{name}'", 404)


def jwe_failed(reason):
    return KbsError("JweError", "JWE failed", reason)


def admin_only(path, reason="of the admin interface the development KBS has resources only"):
    return KbsError("AdminAuthAccess", f"admin access denied for endpoint {path}", reason)
