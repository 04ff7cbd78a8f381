"""A key is claimed by one request only, kept for thirty days, and freed when refused."""

import threading

from server.services.answer_once import KEPT_MS, claim_key, drop_old_keys, free_key, keep_answer
from server.store.db import db

NOON = 1_795_000_000_000


def test_of_many_at_the_same_moment_one_gets_the_key(app):
    barrier, claims = threading.Barrier(8), []

    def claim():
        with app.app_context():
            barrier.wait()
            claims.append(claim_key("token:1:0", "k", "hash", NOON))
            db.session.remove()

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(claimed is None for claimed in claims) == 1
    assert {claimed.status for claimed in claims if claimed} == {0}


def test_a_kept_answer_is_found_again_and_a_freed_key_is_free(app):
    assert claim_key("p", "k", "hash", NOON) is None
    keep_answer("p", "k", 201, '{"a": "量"}')
    kept = claim_key("p", "k", "hash", NOON)
    assert (kept.status, kept.answer, kept.request_hash) == (201, '{"a": "量"}', "hash")
    free_key("p", "k")
    assert claim_key("p", "k", "other", NOON) is None


def test_keys_are_forgotten_after_thirty_days(app):
    claim_key("p", "k", "hash", NOON)
    drop_old_keys(NOON + KEPT_MS)
    assert claim_key("p", "k", "hash", NOON) is not None
    drop_old_keys(NOON + KEPT_MS + 1)
    assert claim_key("p", "k", "hash", NOON) is None
