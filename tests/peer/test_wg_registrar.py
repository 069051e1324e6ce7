#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""keyproviders/wg-registrar by its protocol, with a wg(8) that is a fake.

The client is what protoc makes of kbs_plugin.proto; points of low order are
recognised by python3-cryptography.
"""

import base64
import concurrent.futures
import json
import os
import shutil
import sqlite3
import stat
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "kbs"))

import grpc
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from harness import Tap
from wg_harness import Client, RunningRegistrar, make_stub, public_key

PRIME = 2 ** 255 - 19
tap = Tap()


def client_of(running):
    return Client(MESSAGES, running.port)


def credentials(answer):
    return json.loads(answer.body)


def refused(answer, status, part, name):
    tap.ok(answer.status_code == status and part in answer.body.decode(), name, answer)


def key_of(number):
    return base64.b64encode(number.to_bytes(32, "little")).decode()


def together(count, run):
    """run(0) ... run(count - 1) in as many threads; their results."""
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def check_protocol(running, client):
    """Who may do what is what ValidateAuth and NeedsEncryption say of it."""
    for verb, path, admin in (("GET", ["peer"], False), ("DELETE", ["peer"], True),
                              ("GET", ["peers"], True), ("POST", ["peer"], True),
                              ("PUT", ["peer"], True), ("get", ["peer"], True),
                              ("GET", [], True), ("GET", ["peer", ""], True),
                              ("GET", ["", "peer"], True), ("GET", ["release"], True)):
        what = f"{verb} {'/'.join(path)}"
        tap.equal(client.call("ValidateAuth", verb, *path).requires_admin_auth, admin,
                  f"ValidateAuth: {what}")
        tap.equal(client.call("NeedsEncryption", verb, *path).requires_payload_encryption,
                  not admin, f"NeedsEncryption: {what}")
    refused(client.call("Handle", "POST", "peer", name="a", pubkey=public_key()), 404,
            "GET peer", "POST peer is not handled")
    try:
        client.channel.unary_unary("/kbs.plugin.v1.KbsPlugin/Handle")(b"\xff\xff", timeout=60)
        tap.ok(False, "what is no protobuf is refused")
    except grpc.RpcError as err:
        tap.equal(err.code(), grpc.StatusCode.INTERNAL, "what is no protobuf is refused")
    mode = os.stat(os.path.join(running.state, "peers.sqlite")).st_mode
    tap.equal(stat.S_IMODE(mode), 0o600, "the database is for its owner alone")


def check_registration(running, client):
    key = public_key()
    answer = client.register("vm1", key)
    found = credentials(answer)
    psk = found["peers"][0].pop("preshared-key")
    with open(os.path.join(running.bin, "public-key"), encoding="ascii") as file:
        gateway = file.read()
    tap.equal((answer.status_code, answer.content_type, found), (200, "application/json", {
        "kind": "wireguard", "private-key": "generate",
        "addresses": ["10.77.0.2/24", "fd77::2/64"], "dns": ["10.77.0.1", "fd77::1"],
        "mtu": 1420, "peers": [{
            "public-key": gateway, "endpoint": "gateway.example.org:51820",
            "allowed-ips": ["10.77.0.0/16", "fd77::/48"], "persistent-keepalive": 25}]}),
        "the credentials")
    tap.equal(len(base64.b64decode(psk, validate=True)), 32, "a preshared key of 32 bytes")
    tap.equal(running.gateway(), {key: {"psk": psk, "allowed": ["10.77.0.2", "fd77::2"],
                                        "handshake": 0}}, "the gateway's peer")
    tap.equal(client.register("vm1", key).body, answer.body, "the same again, the same answer")
    url_form = key.replace("+", "-").replace("/", "_").rstrip("=")
    tap.equal(client.register("vm1", url_form).body, answer.body, "the key as base64url")
    second = credentials(client.register("vm2", public_key()))
    tap.ok(second["addresses"] == ["10.77.0.3/24", "fd77::3/64"] and
           second["peers"][0]["preshared-key"] != psk, "another VM gets another address and PSK")
    refused(client.register("vm1", public_key()), 409, "its owner must release it",
            "a second key for a name")
    refused(client.register("vm3", key), 409, "under another name", "a second name for a key")
    tap.equal((sorted(running.rows()), len(running.gateway())), (["vm1", "vm2"], 2),
              "what is refused leaves nothing")


def check_release(running, client):
    old = running.rows()["vm1"]["public_key"]
    new = public_key()
    refused(client.release("vm9"), 404, "no 'vm9'", "release of nobody")
    tap.equal(client.release("vm1").status_code, 200, "release")
    tap.ok("vm1" not in running.rows() and old not in running.gateway(), "it is gone")
    answer = client.register("vm1", new)
    tap.equal((answer.status_code, credentials(answer)["addresses"][0]), (200, "10.77.0.2/24"),
              "the name takes a new key, and the address is free again")
    done = running.command("release", "vm1")
    tap.ok(done.returncode == 0 and new not in running.gateway() and
           "vm1" not in running.rows(), "release by command, beside the plug-in", done)
    tap.equal(running.command("release", "vm1").returncode, 1, "release of nobody by command")
    listed = running.command("list").stdout.splitlines()
    tap.ok(len(listed) == 1 and listed[0].startswith("vm2\t") and "10.77.0.3,fd77::3" in listed[0],
           "list by command", listed)
    admins = json.loads(client.call("Handle", "GET", "peers").body)
    tap.equal([(peer["name"], set(peer)) for peer in admins],
              [("vm2", {"name", "public-key", "addresses", "registered", "renewed"})],
              "list for admins has no preshared key")


def check_bad_input(running, client):
    before = running.rows()
    for name in ("", "VM1", "a b", "a/b", "a\n", "-a", ".a", "_a", "a" * 64, "ä", "a\0", "a'b"):
        refused(client.register(name, public_key()), 400, "the name", f"name {name!r:.20}")
    good = public_key()
    raw = base64.b64decode(good)
    for what, key in (("empty", ""), ("31 bytes", base64.b64encode(raw[1:]).decode()),
                      ("33 bytes", base64.b64encode(raw + b"\0").decode()),
                      ("no padding, standard", "+" + good[1:-1]), ("space", good[:-2] + " ="),
                      ("a line more", good + "\n"), ("hex", raw.hex()), ("not ASCII", "ä" * 44),
                      ("base64url with padding", "-" + good[1:]),
                      ("spare bits", "A" * 42 + "B="), ("spare bits, base64url", "A" * 42 + "B")):
        refused(client.register("bad", key), 400, "32 bytes of base64", f"key: {what}")
    for number in (PRIME, PRIME + 1, 2 ** 255, 2 ** 256 - 1):
        refused(client.register("bad", key_of(number)), 400, "not a point", f"key {number:#x}")
    with open(os.path.join(running.bin, "public-key"), encoding="ascii") as file:
        refused(client.register("bad", file.read()), 400, "gateway's own", "the gateway's key")
    for query in ({}, {"name": "bad"}, {"pubkey": good},
                  {"name": "bad", "pubkey": good, "address": "10.77.0.9"}):
        refused(client.call("Handle", "GET", "peer", **query), 400, "query",
                f"query of {sorted(query)}")
    tap.equal(running.rows(), before, "nothing of it was stored")


def check_low_order(client):
    """Each point with which python3-cryptography finds no secret is refused."""
    for number in (0, 1, PRIME - 1, int.from_bytes(bytes.fromhex(
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"), "little"),
            int.from_bytes(bytes.fromhex(
                "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"), "little")):
        try:
            X25519PrivateKey.generate().exchange(
                X25519PublicKey.from_public_bytes(number.to_bytes(32, "little")))
            tap.ok(False, f"{number:#.12x} is of low order")
        except ValueError:
            refused(client.register("bad", key_of(number)), 400, "not a point",
                    f"key of low order {key_of(number)}")


def check_parallel():
    """50 at once over two plug-ins with one database, then 50 for one name or key."""
    pool = 'ipv4 = "10.77.0.0/26"\nipv6 = "fd77::/64"\nreserved = ["10.77.0.0/29", ' \
        '"10.77.0.58/31", "10.77.0.60/30"]'
    with RunningRegistrar(pool=pool) as first:
        clients = [Client(MESSAGES, first.port)]
        process = first.process
        second = first.start()
        clients.append(Client(MESSAGES, second.port))
        answers = together(50, lambda n: clients[n % 2].register(f"vm{n}", public_key()))
        tap.equal([answer.status_code for answer in answers], [200] * 50, "50 at once")
        given = [credentials(answer)["addresses"] for answer in answers]
        for index, family in enumerate(("IPv4", "IPv6")):
            tap.equal(len({pair[index] for pair in given}), 50, f"no {family} address twice")
        expected = {f"10.77.0.{n}/26" for n in range(8, 58)}
        tap.equal({pair[0] for pair in given}, expected, "all of the pool, and nothing reserved")
        tap.ok(len(first.gateway()) == len(first.rows()) == 50, "each in database and gateway")
        refused(clients[0].register("vm50", public_key()), 503, "no free address",
                "the pool is exhausted")
        tap.equal(clients[1].release("vm7").status_code, 200, "one is released")
        answer = clients[0].register("vm50", public_key())
        tap.equal(credentials(answer)["addresses"], given[7], "its addresses are the only ones")
        clients[0].release("vm50")
        answers = together(50, lambda n: clients[n % 2].register("one", public_key()))
        tap.equal(sorted(answer.status_code for answer in answers), [200] + [409] * 49,
                  "50 keys for one name: one gets it")
        clients[0].release("one")
        key = public_key()
        answers = together(50, lambda n: clients[n % 2].register(f"one{n}", key))
        tap.equal(sorted(answer.status_code for answer in answers), [200] + [409] * 49,
                  "50 names for one key: one gets it")
        process.kill()
        process.wait(60)


def check_constraints():
    """The table itself refuses what the program would never ask for."""
    with RunningRegistrar() as running:
        client_of(running).register("vm1", public_key())
        row = running.rows()["vm1"]
        other = {"name": "vm2", "public_key": public_key(), "ipv4": "10.77.0.9",
                 "ipv6": "fd77::9"}
        for column in other:
            try:
                running.edit(f"INSERT INTO peers ({', '.join(row)}) VALUES (?, ?, ?, ?, ?, ?, ?)",
                             *dict(row, **dict(other, **{column: row[column]})).values())
                tap.ok(False, f"{column} is UNIQUE")
            except sqlite3.IntegrityError as err:
                tap.ok(f"UNIQUE constraint failed: peers.{column}" in str(err),
                       f"{column} is UNIQUE", err)


def check_expiry():
    """Time is what the rows say of it."""
    with RunningRegistrar('lifetime = "1h"') as running:
        client = client_of(running)
        keys = {name: public_key() for name in ("late", "renews", "talks", "new")}
        bodies = {name: client.register(name, keys[name]).body for name in ("late", "renews",
                                                                            "talks")}
        running.edit("UPDATE peers SET renewed = renewed - 3500")
        tap.equal(running.command("expire").returncode, 0, "expire")
        tap.equal(len(running.rows()), 3, "nobody is late yet")
        client.register("renews", keys["renews"])
        running.edit("UPDATE peers SET renewed = renewed - 200")
        peers = running.gateway()
        peers[keys["talks"]]["handshake"] = running.rows()["renews"]["renewed"]
        running.order("peers.json", json.dumps(peers))
        running.command("expire")
        tap.equal((sorted(running.rows()), set(running.gateway())),
                  (["renews", "talks"], {keys["renews"], keys["talks"]}),
                  "who neither renewed nor talked is gone from database and gateway")
        tap.ok(running.rows()["talks"]["renewed"] == running.rows()["renews"]["renewed"],
               "a handshake counts as renewal")
        tap.equal(client.register("renews", keys["renews"]).body, bodies["renews"],
                  "who renewed keeps his addresses")
        tap.equal(credentials(client.register("new", keys["new"]))["addresses"],
                  json.loads(bodies["late"])["addresses"], "those of the expired are free")
        running.edit("UPDATE peers SET renewed = 0")
        tap.equal(client.register("talks", public_key()).status_code, 409,
                  "a handshake holds a name against another key")
        running.order("peers.json", "{}")
        running.edit("UPDATE peers SET renewed = 0")
        tap.equal((client.register("talks", public_key()).status_code, sorted(running.rows())),
                  (200, ["talks"]), "an expired name takes a new key without release")
        running.configure('lifetime = "1h"\nkeep-active = false')
        peers = running.gateway()
        for each in peers.values():
            each["handshake"] = running.rows()["talks"]["renewed"]
        running.order("peers.json", json.dumps(peers))
        running.edit("UPDATE peers SET renewed = 0")
        running.command("expire")
        tap.equal(running.rows(), {}, "keep-active = false: a handshake does not count")


def check_gateway_trouble():
    with RunningRegistrar('lifetime = "0"') as running:
        client = client_of(running)
        key = public_key()
        running.order("fail", "addconf")
        refused(client.register("vm1", key), 503, "wg addconf", "the gateway fails")
        psk = running.rows()["vm1"]["preshared_key"]
        tap.equal(running.gateway(), {}, "it has no peer")
        answer = client.register("vm1", key)
        tap.ok(answer.status_code == 200 and running.gateway()[key]["psk"] == psk,
               "the same again completes it")
        running.order("fail", "set")
        refused(client.release("vm1"), 503, "wg set", "the gateway fails at a release")
        tap.ok("vm1" in running.rows(), "then nothing is released")
        running.order("peers.json", "{}")
        running.command("expire")
        tap.equal(list(running.gateway()), [key], "a gateway made anew gets its peers again")
        running.order("peers.json", json.dumps({"by hand": {"psk": "", "allowed": [],
                                                            "handshake": 0}}))
        running.kill()
        running.start()
        tap.equal(sorted(running.gateway()), sorted(["by hand", key]),
                  "at the start too; others' peers are left alone")
        running.edit("UPDATE peers SET renewed = 0")
        running.command("expire")
        tap.equal(len(running.rows()), 1, "lifetime 0: nobody expires")
        running.process.terminate()
        tap.equal(running.process.wait(60), 0, "SIGTERM ends it")
        running.start()
        running.order("public-key", "(none)")
        refused(client_of(running).register("vm2", public_key()), 503, "no private key",
                "a gateway without a key")


def check_silence():
    """Not even what gRPC could be told to print has keys."""
    with RunningRegistrar() as running:
        running.kill()
        running.environment.update(GRPC_VERBOSITY="DEBUG", GRPC_TRACE="all,http")
        running.start()
        client = client_of(running)
        keys = [public_key() for _ in range(3)]
        for number, key in enumerate(keys):
            client.register(f"vm{number}", key)
        running.order("fail", "addconf")
        client.register("vm0", keys[0])
        client.register("vm0", keys[1])
        client.release("vm2")
        said = running.log()
        secrets = [row["preshared_key"] for row in running.rows().values()] + keys
        tap.ok(len(secrets) == 5 and "registered 'vm2'" in said and
               not any(secret in said for secret in secrets), "the log has no keys")
        tap.ok("HTTP:" not in said and "grpc" not in said, "nothing from the environment")


def main():
    with RunningRegistrar() as running:
        client = client_of(running)
        check_protocol(running, client)
        check_registration(running, client)
        check_release(running, client)
        check_bad_input(running, client)
        check_low_order(client)
    check_parallel()
    check_constraints()
    check_expiry()
    check_gateway_trouble()
    check_silence()
    return tap.done()


STUBS = tempfile.mkdtemp(prefix="wg-stub-")
try:
    MESSAGES = make_stub(STUBS)
    STATUS = main()
finally:
    shutil.rmtree(STUBS)
sys.exit(STATUS)
