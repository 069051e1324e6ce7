#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""keyproviders/wg-registrar through kill -9, at chosen moments and at random ones.

What was answered must be there afterwards, unchanged; no address may be given
twice; and the gateway may let nobody in who is not in the database.  The seed
of the random moments is printed; give it as an argument to have them again.
"""

import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "kbs"))

import grpc

from harness import Tap
from wg_harness import Client, RunningRegistrar, make_stub, public_key

ROUNDS = 15
THREADS = 6
BIG_POOL = 'ipv4 = "10.77.0.0/20"\nipv6 = "fd77::/64"'
tap = Tap()


def dies(run):
    """Does the call lose its server?"""
    try:
        run()
        return False
    except grpc.RpcError as err:
        return err.code() == grpc.StatusCode.UNAVAILABLE


def again(running):
    """Start it after a kill; a client."""
    running.kill()
    running.start()
    return Client(MESSAGES, running.port)


def check_chosen_moments():
    """Before and after each thing that is done to the gateway."""
    with RunningRegistrar() as running:
        client = Client(MESSAGES, running.port)
        for moment in ("kill-before", "kill-after"):
            key = public_key()
            running.order(moment, "addconf")
            tap.ok(dies(lambda: client.register("vm1", key)), f"{moment} adding to the gateway")
            tap.equal([row["public_key"] for row in running.rows().values()], [key],
                      "the row was there before")
            client = again(running)
            tap.equal(list(running.gateway()), [key], "after the start the gateway has it")
            first = json.loads(client.register("vm1", key).body)
            tap.equal(first["addresses"], ["10.77.0.2/24", "fd77::2/64"], "and its address")
            tap.equal(client.register("vm1", public_key()).status_code, 409, "and its name")
            running.order(moment, "set")
            tap.ok(dies(lambda: client.release("vm1")), f"{moment} removing from the gateway")
            tap.equal(list(running.rows()), ["vm1"], "the row is there still")
            client = again(running)
            tap.equal(client.register("vm1", public_key()).status_code, 409,
                      "what was not answered is not released")
            tap.equal(client.release("vm1").status_code, 200, "release")
            tap.equal((running.rows(), running.gateway()), ({}, {}), "it is gone")


def check_orphan():
    """A wg(8) that outlives the registrar must not let in who is released meanwhile."""
    with RunningRegistrar() as running:
        client = Client(MESSAGES, running.port)
        running.order("linger", "2")
        running.order("kill-before", "addconf")
        dies(lambda: client.register("vm1", public_key()))
        running.command("release", "vm1")
        while os.path.exists(os.path.join(running.bin, "linger")):
            time.sleep(0.1)
        tap.equal((running.rows(), running.gateway()), ({}, {}),
                  "who was released while a wg(8) lingered stays out")


class Load:
    """Threads that register and release until the server dies."""

    def __init__(self, client, keys, answered):
        self.client = client
        self.keys = keys            # {name: key}, over all rounds
        self.answered = answered    # {name: body} of who must be there
        self.released = {}          # names whose release was asked for
        self.lock = threading.Lock()
        self.enough = threading.Event()
        self.left = 0

    def _note(self, name, body):
        with self.lock:
            self.answered[name] = body
            self.left -= 1
            if self.left <= 0:
                self.enough.set()

    def _one(self, name):
        answer = self.client.register(name, self.keys[name])
        if answer.status_code != 200:
            raise RuntimeError(f"{name}: {answer}")
        self._note(name, answer.body)
        if random.random() < 0.3:
            self.released[name] = False
            self.answered.pop(name)
            self.released[name] = self.client.release(name).status_code == 200

    def _work(self, names):
        try:
            for name in names:
                self._one(name)
        except grpc.RpcError:
            pass            # it is dead

    def run(self, begin, answers, kill):
        """Kill after this many answers, while the others are under way."""
        self.left = answers
        names = [[f"vm{begin + number * THREADS + thread}" for number in range(60)]
                 for thread in range(THREADS)]
        for name in sum(names, []):
            self.keys[name] = public_key()
        threads = [threading.Thread(target=self._work, args=(own,)) for own in names]
        for thread in threads:
            thread.start()
        reached = self.enough.wait(120)
        kill()
        for thread in threads:
            thread.join()
        if not reached:
            raise RuntimeError("too few answers")


def is_sound(running, answered, released):
    """What is wrong with the state; None."""
    rows = running.rows()
    for name, body in answered.items():
        credentials = json.loads(body)
        row = rows.get(name)
        if not row or [row["ipv4"] + "/20", row["ipv6"] + "/64"] != credentials["addresses"] or \
                row["preshared_key"] != credentials["peers"][0]["preshared-key"]:
            return f"{name} was answered, and is not there as it was"
    for name, done in released.items():
        if done and name in rows:
            return f"{name} was released, and is there"
    for family in ("ipv4", "ipv6"):
        if len({row[family] for row in rows.values()}) != len(rows):
            return f"an {family} address is there twice"
    keys = {row["public_key"]: [row["ipv4"], row["ipv6"]] for row in rows.values()}
    gateway = {key: peer["allowed"] for key, peer in running.gateway().items()}
    return None if gateway == keys else "the gateway has other peers than the database"


def check_random_moments(seed):
    random.seed(seed)
    keys, answered = {}, {}
    with RunningRegistrar(pool=BIG_POOL) as running:
        for number in range(ROUNDS):
            load = Load(Client(MESSAGES, running.port), keys, answered)
            load.run(number * 1000, random.randint(1, 25), running.kill)
            client = again(running)
            tap.equal(is_sound(running, answered, load.released), None,
                      f"kill -9, round {number}: {len(answered)} answered")
        changed = [name for name, body in answered.items()
                   if client.register(name, keys[name]).body != body]
        tap.equal(changed, [], "the same credentials as before all kills")


STUBS = tempfile.mkdtemp(prefix="wg-stub-")
try:
    MESSAGES = make_stub(STUBS)
    SEED = int(sys.argv[1]) if len(sys.argv) > 1 else random.randrange(2 ** 32)
    print(f"# seed {SEED}")
    check_chosen_moments()
    check_orphan()
    check_random_moments(SEED)
finally:
    shutil.rmtree(STUBS)
sys.exit(tap.done())
