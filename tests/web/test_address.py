"""The base URL: to the character, and never what a stranger's headers say."""

import pytest

from tests.conftest import Client

LOCAL = "http://127.0.0.1:8080/oai"
FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "repo.example.org"}


def told(client: Client, remote: str = "127.0.0.1", **headers: str) -> str:
    """The base URL of an Identify answer, the same in request and baseURL."""
    answer = client.raw("verb=Identify", headers=headers, environ_base={"REMOTE_ADDR": remote})
    (base_url,) = answer.texts("Identify/baseURL")
    assert answer.request.text == base_url
    return base_url


@pytest.mark.parametrize("base_url", ["https://repo.example.org/oai", "https://repo.example.org:8443/a/b/request/"])
def test_a_base_url_that_is_set_rules_over_everything(make_client, store, base_url):
    client = make_client(store, base_url=base_url, trusted_proxies=("127.0.0.1/32",))
    assert told(client, Host="evil.example", **FORWARDED) == base_url


def test_a_stranger_cannot_move_us(make_client, store):
    client = make_client(store, base_url=None)
    assert told(client, Host="evil.example", **FORWARDED) == LOCAL
    trusting = make_client(store, base_url=None, trusted_proxies=("10.0.0.0/8",))
    assert told(trusting, remote="192.0.2.1", **FORWARDED) == LOCAL
    assert told(trusting, remote="::1", **FORWARDED) == LOCAL


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (FORWARDED, "https://repo.example.org/oai"),
        ({**FORWARDED, "X-Forwarded-Host": "evil.example, repo.example.org"}, "https://repo.example.org/oai"),
        ({**FORWARDED, "X-Forwarded-Port": "8443"}, "https://repo.example.org:8443/oai"),
        ({**FORWARDED, "X-Forwarded-Port": "443"}, "https://repo.example.org/oai"),
        ({**FORWARDED, "X-Forwarded-Host": "[2001:db8::1]:8443"}, "https://[2001:db8::1]:8443/oai"),
        ({**FORWARDED, "X-Forwarded-Prefix": "/repository/"}, "https://repo.example.org/repository/oai"),
        ({"X-Forwarded-Proto": "https", "Host": "from.the.proxy"}, "https://from.the.proxy/oai"),
        ({**FORWARDED, "X-Forwarded-Proto": "javascript"}, LOCAL),
        ({**FORWARDED, "X-Forwarded-Host": "a<b"}, LOCAL),
        ({**FORWARDED, "X-Forwarded-Host": ""}, LOCAL),
        ({**FORWARDED, "X-Forwarded-Prefix": "/a?b"}, LOCAL),
        ({"Host": "from.the.client"}, LOCAL),
    ],
)
def test_a_trusted_proxy_tells_the_base_url_in_its_own_last_word(make_client, store, headers, expected):
    client = make_client(store, base_url=None, trusted_proxies=("10.0.0.0/8",))
    assert told(client, remote="10.1.2.3", **headers) == expected
