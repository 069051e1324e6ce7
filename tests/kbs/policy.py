# SPDX-License-Identifier: GPL-2.0-or-later
"""Release policy: which claims a token must hold for which resource.

STATE/policy.toml (or policy.json, same shape) is read anew for each request:

    [reference]                          # values for the appraisal in the token
    trusted_aks = ["<base64 DER SPKI>"]  # with tpm_pcr11: tpm becomes affirming
    tpm_pcr11 = ["<64 hex>"]             # svn, launch_digest: the same for sample

    [default]                            # paths without a rule of their own
    tee = "tpm"

    [resource."default/disk/root"]       # replaces [default] for this path
    tee = ["tpm", "snp"]                 # one of
    sample = true                        # sample evidence will do (not given: no)
    pcr15 = "zeros"                      # still all zeros: nobody has extended it
    pcr11 = ["<64 hex>", "<64 hex>"]     # one of
    trusted_aks = ["<base64 DER SPKI>"]  # ak_public is one of
    rtmr_3 = "zeros"                     # a register of the TDX quote: quote.body.rtmr_3
    ear-status = "affirming"
    deny = true                          # nobody, whatever the evidence
    "platform_version.major" = 1         # any other key: a claim of the TEE

    [plugin."provisioner/default/x/root"]   # the same for other plugins
    "query.name" = ["vm1", "vm2"]        # what stands behind the '?' of the request
    measured-key = "pubkey"              # the query's, in an event "tunnel" of the log

A rule is met when each of its lines is.  A path without rule and default is
denied.  Without any policy file all TEEs but sample may read resources, and
nothing else: Trustee's default.
"""

import json
import os
import re
import tomllib

from errors import policy_deny

ANNOTATED = "ear.veraison.annotated-evidence"
NOT_TEES = ("report_data", "init_data", "init_data_claims", "runtime_data_claims")
SAMPLES = ("sample", "sampledevice")
# In hex: SHA-256, SHA-384, SHA-512.
DIGEST_LENS = (64, 96, 128)
TDX_REGISTER = re.compile("rtmr_[0-3]|mr_[a-z_]+")
SECTIONS = ("reference", "default", "resource", "plugin")


def load(directory):
    """The policy as a dictionary; None when there is no file."""
    found = [name for name in ("policy.toml", "policy.json")
             if os.path.exists(os.path.join(directory, name))]
    if not found:
        return None
    if len(found) > 1:
        raise policy_deny("both policy.toml and policy.json are there")
    try:
        with open(os.path.join(directory, found[0]), "rb") as file:
            policy = tomllib.load(file) if found[0].endswith("toml") else json.load(file)
    except (OSError, ValueError) as err:
        raise policy_deny(f"{found[0]}: {err}") from None
    for section in policy:
        if section not in SECTIONS:
            raise policy_deny(f"{found[0]}: unknown section '{section}'")
    return policy


def reference_values(directory):
    """The [reference] table for appraisals; a broken policy gives none."""
    try:
        return (load(directory) or {}).get("reference", {})
    except Exception:  # the resource request will name the fault
        return {}


def _claim(claims, name):
    value = claims
    for part in name.split("."):
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    return value


def _meets(found, wanted):
    if isinstance(wanted, list):
        return any(_meets(found, one) for one in wanted)
    if wanted == "zeros":
        return isinstance(found, str) and len(found) in DIGEST_LENS and not found.strip("0")
    return type(found) is type(wanted) and found == wanted


def _measured_keys(claims):
    """Public keys of our events "tunnel", in the form that the query has."""
    found = set()
    for event in claims.get("uefi_event_logs", []):
        data = (event["details"] or {}).get("data", {})
        if event["digest_matches_event"] and \
                (data.get("domain"), data.get("operation")) == ("postern", "tunnel"):
            key = str(data.get("content")).partition(" ")[2]
            found.add(key.rstrip("=").replace("+", "-").replace("/", "_"))
    return found


def _check_line(name, wanted, tee, claims, status):
    """Why this line of a rule is not met; None when it is."""
    if name == "sample":
        return None                     # looked at for each rule, below
    if name == "deny":
        return "the rule denies" if wanted else None
    if name == "tee":
        return None if _meets(tee, wanted) else f"tee is '{tee}'"
    if name == "measured-key":
        return None if claims["query"].get(wanted) in _measured_keys(claims) else \
            "the key was not measured"
    if name == "ear-status":
        return None if _meets(status, wanted) else f"ear.status is '{status}'"
    if name == "trusted_aks":
        return None if _meets(claims.get("ak_public"), wanted) else "the AK is not a trusted one"
    if re.fullmatch("pcr[0-9]{1,2}", name):
        name = f"pcr{int(name[3:]):02}"
    if TDX_REGISTER.fullmatch(name):
        name = f"quote.body.{name}"
    found = _claim(claims, name)
    return None if _meets(found, wanted) else f"claim {name} is {found!r}"


def primary(token):
    """(tee, claims of its evidence, EAR status) of the primary submod."""
    submod = token["submods"]["cpu0"] if "cpu0" in token["submods"] else \
        next(iter(token["submods"].values()))
    annotated = submod[ANNOTATED]
    tee = next(name for name in annotated if name not in NOT_TEES)
    claims = dict(annotated[tee], init_data=annotated["init_data"],
                  report_data=annotated["report_data"])
    return tee, claims, submod["ear.status"]


def check(directory, plugin, path, token, query):
    """Raise PolicyDeny unless the policy releases `plugin`/`path` to `token`."""
    tee, claims, status = primary(token)
    policy = load(directory)
    if policy is None:
        if plugin != "resource" or tee in SAMPLES:
            raise policy_deny(f"default policy: plugin {plugin}, tee {tee}")
        return
    rules = policy.get("resource", {}) if plugin == "resource" else policy.get("plugin", {})
    rule = rules.get(path if plugin == "resource" else f"{plugin}/{path}", policy.get("default"))
    if rule is None:
        raise policy_deny(f"no rule for {plugin}/{path}, and no default")
    if tee in SAMPLES and not rule.get("sample", False):
        raise policy_deny("sample evidence is not allowed")
    claims["query"] = query
    for name, wanted in rule.items():
        reason = _check_line(name, wanted, tee, claims, status)
        if reason:
            raise policy_deny(reason)
