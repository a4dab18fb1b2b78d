import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.stats.agents import CLIENTS, OTHER, SYSTEMS, UNKNOWN, Agent, _parse, agent_of

PIP = {
    "ci": None,
    "cpu": "x86_64",
    "distro": {"id": "bookworm", "libc": {"lib": "glibc", "version": "2.36"}, "name": "Debian"},
    "implementation": {"name": "CPython", "version": "3.11.2"},
    "installer": {"name": "pip", "version": "24.0"},
    "openssl_version": "OpenSSL 3.0.11 19 Sep 2023",
    "python": "3.11.2",
    "system": {"name": "Linux", "release": "6.1.0"},
}


def told(name: str, **facts) -> str:
    return f"{name}/1.2.3 {json.dumps(PIP | facts, separators=(',', ':'))}"


@pytest.mark.parametrize("name", ["pip", "uv", "hatch", "Hatch"])
def test_installers_that_send_json(name):
    assert agent_of(told(name)) == Agent(name.lower(), "3.11", "Linux")


@pytest.mark.parametrize(
    ("text", "agent"),
    [
        ("poetry/2.1.1 CPython/3.12.4 Darwin/23.5.0", Agent("poetry", "3.12", "Darwin")),
        ("pdm/2.20.1 CPython/3.13.0 Windows/10", Agent("pdm", "3.13", "Windows")),
        ("pip/1.5.6 CPython/2.7.9 Linux/3.16", Agent("pip", "2.7", "Linux")),
        (
            "bandersnatch/6.5.0 (cpython 3.11.2-final0, Linux x86_64) (aiohttp 3.9.1)",
            Agent("bandersnatch", "3.11", "Linux"),
        ),
        ("devpi-server/6.9.2 (py3.10.1; linux)", Agent("devpi", "3.10", "Linux")),
        ("conda/24.1 requests/2.31 CPython/3.11.7 Linux/6", Agent("conda", "3.11", "Linux")),
        ("python-requests/2.32.3", Agent("requests", "", OTHER)),
        ("curl/8.5.0", Agent("curl", "", OTHER)),
        ("Wget/1.21.3", Agent("wget", "", OTHER)),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0", Agent("browser", "", "Linux")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15)", Agent("browser", "", "Darwin")),
        ("Mozilla/5.0 (Windows NT 10.0; Win64)", Agent("browser", "", "Windows")),
        ("pip/24.0", Agent("pip", "", OTHER)),
        ("Nexus/3.70", UNKNOWN),
        ("", UNKNOWN),
        ("pip", UNKNOWN),
    ],
)
def test_what_programs_send(text, agent):
    assert agent_of(text) == agent


@pytest.mark.parametrize(
    "text",
    [
        "pip/24.0 {" + "x" * 10_000,
        "pip/24.0 {broken",
        'pip/24.0 {"a":' * 130,
        'pip/24.0 {"a":' + "[" * 1_900,
        "pip/24.0 \x00",
        "pip/24.0\r\nX: y",
        "\ud800/1",
        "{" * 2_000,
        "🐍/1.0",
    ],
)
def test_hostile_agents_are_other(text):
    assert agent_of(text) == UNKNOWN


@pytest.mark.parametrize("python", ["9.9.9", "3.999", "3.30", "x", None, 3.11, [], "", "03.11"])
def test_a_python_that_there_is_not_is_not_told(python):
    assert agent_of(told("pip", python=python)) == Agent("pip", "", "Linux")


@pytest.mark.parametrize("system", [None, [], "Linux", {}, {"name": []}, {"name": "BeOS"}])
def test_an_unknown_system_is_other(system):
    assert agent_of(told("pip", system=system)) == Agent("pip", "3.11", OTHER)


@given(st.text(max_size=300) | st.text(max_size=100).map("pip/1 {".__add__))
def test_there_are_few_values_whatever_comes(text):
    agent = agent_of(text)
    assert agent.client in CLIENTS
    assert agent.system in SYSTEMS
    assert len(agent.python) <= 4


def test_what_is_remembered_is_bounded():
    for number in range(3_000):
        agent_of(f"pip/{number}")
        agent_of("x" * (3_000 + number))
    assert _parse.cache_info().currsize == _parse.cache_info().maxsize == 2_048
