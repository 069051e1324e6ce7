# SPDX-License-Identifier: GPL-2.0-or-later
"""What Azure's metadata service may do instead of an answer: the right code, and
nothing is sent; a certificate of another chip is for the KBS to refuse."""

import json

from harness.result import EXIT_FINAL, EXIT_TEMPORARY

JSON = "application/json"


def changed(answer, edit):
    value = json.loads(answer)
    value["vcekCert"] = edit(value["vcekCert"])
    return json.dumps(value).encode()


def body(edit):
    return lambda path, status, kind, answer: (status, kind, edit(answer))


def cert(edit):
    return body(lambda answer: changed(answer, edit))


FAULTS = {
    "slow": (lambda *_: (200, JSON, None), "NO_TEE", EXIT_TEMPORARY),
    "busy": (lambda *_: (503, JSON, b"{}"), "NO_TEE", EXIT_TEMPORARY),
    "too-many": (lambda *_: (429, JSON, b"{}"), "NO_TEE", EXIT_TEMPORARY),
    "not-found": (lambda *_: (404, JSON, b"{}"), "NO_TEE", EXIT_FINAL),
    "redirect": (lambda *_: (302, JSON, b"{}"), "NO_TEE", EXIT_FINAL),
    "no-content": (lambda *_: (204, JSON, b""), "NO_TEE", EXIT_FINAL),
    "html": (lambda *_: (200, "text/html", b"<html>log in</html>"), "NO_TEE", EXIT_FINAL),
    "empty": (body(lambda _: b""), "NO_TEE", EXIT_FINAL),
    "huge": (body(lambda answer: answer + b" " * (64 << 10)), "NO_TEE", EXIT_FINAL),
    "cut": (body(lambda answer: answer[:-1]), "NO_TEE", EXIT_FINAL),
    "behind": (body(lambda answer: answer + b"x"), "NO_TEE", EXIT_FINAL),
    "twice": (body(lambda answer: b'{"vcekCert":"",' + answer[1:]), "NO_TEE", EXIT_FINAL),
    "missing": (body(lambda _: b"{}"), "NO_TEE", EXIT_FINAL),
    "a-number": (cert(lambda _: 1), "NO_TEE", EXIT_FINAL),
    "no-pem": (cert(lambda pem: pem[1:]), "NO_TEE", EXIT_FINAL),
    "two-certs": (cert(lambda pem: pem + pem), "NO_TEE", EXIT_FINAL),
    "cut-cert": (cert(lambda pem: pem.replace("A", "", 4)), "NO_TEE", EXIT_FINAL),
}
ATTEST = "exec postern attest"


def setup(vm):
    vm.use_azure("az-snp-vtpm")
    vm.steps.clear()
    for name, (fault, _, _) in FAULTS.items():
        vm.on(name, lambda f=fault: setattr(vm.azure, "answer", f))
        vm.step(name, f"host {name}\n{ATTEST}")
    vm.on("stranger", lambda: setattr(vm.azure, "answer", cert(lambda _: vm.azure.stranger())))
    vm.step("stranger", f"host stranger\n{ATTEST}")
    vm.on("none", lambda: setattr(vm.azure, "answer", None))
    vm.step("good", f"host none\n{ATTEST}")
    dead = vm.variant("dead", {"network": {"metadata": "169.254.169.254:81"}})
    vm.step("dead", f"{ATTEST} --config {dead}")


def check(r):
    r.ended()
    for name, (_, code, rc) in FAULTS.items():
        r.failed(name, code, rc, where="evidence")
    for name, word in (("busy", "503"), ("too-many", "429"), ("redirect", "redirect"),
                       ("huge", "65536"), ("slow", "timed out")):
        r.expect(word in r.steps[name].err, f"{name}: no '{word}' in {r.steps[name].err}")
    r.failed("dead", "NO_TEE", EXIT_TEMPORARY, where="evidence")
    r.failed("stranger", "KBS_REFUSED", EXIT_FINAL, where="attest")
    r.succeeded("good")
    sent = [x for x in r.kbs_log if x["path"].endswith("/attest")]
    r.equal(len(sent), 3, "evidence that was sent")
