import socket

from app.launch.notices import tell_when_ready


def test_systemd_hears_it_when_somebody_listens(monkeypatch, tmp_path):
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear,
        socket.create_server(("127.0.0.1", 0)) as server,
    ):
        ear.bind(f"{tmp_path}/ear")
        ear.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", f"{tmp_path}/ear")
        tell_when_ready("0.0.0.0", server.getsockname()[1])
        assert ear.recv(100) == b"READY=1"


def test_nobody_is_told_where_nobody_asked(monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    tell_when_ready("127.0.0.1", 1)
