"""Real processes at little cost: each is a fork of one that has the imports done."""

import multiprocessing

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["__main__", "tests.proof.writer", "tests.proof.app"])
