import pytest

from bench.wrk import Report, parse

REPORT = """Running 2s test @ http://127.0.0.1:7002/simple/many/
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency    61.75ms   19.22ms 134.07ms   77.32%
    Req/Sec   253.90     46.14   310.00     80.00%
  Latency Distribution
     50%   58.79ms
     75%   69.32ms
     90%   84.75ms
     99%    1.22s
  506 requests in 2.00s, 13.57MB read
Requests/sec:    252.72
Transfer/sec:      6.78MB
"""
STATUSES = "  Non-2xx or 3xx responses: 12\n"
SOCKETS = "  Socket errors: connect 0, read 3, write 0, timeout 4\n"


def test_rate_and_latencies_are_read_in_milliseconds():
    assert parse(REPORT) == Report(252.72, 58.79, 1220.0, refused=0, socket_errors=0)


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("870.00us", 0.87), ("1.50ms", 1.5), ("2.00s", 2000), ("1.00m", 60_000)],
)
def test_every_unit_of_wrk_is_known(text, milliseconds):
    report = parse(REPORT.replace("58.79ms", text))

    assert report.p50 == pytest.approx(milliseconds)


def test_blank_behind_a_unit_of_one_letter_does_not_matter():
    assert parse(REPORT.replace("1.22s", "1.22s ")).p99 == 1220


def test_whole_report_has_no_fault():
    assert parse(REPORT).fault is None


def test_refused_requests_spoil_a_report():
    fault = parse(REPORT.replace("Requests/sec", f"{STATUSES}Requests/sec")).fault

    assert fault == "invalid: 12 answers were neither 2xx nor 3xx"


def test_all_kinds_of_socket_errors_are_added_up():
    fault = parse(REPORT.replace("Requests/sec", f"{SOCKETS}Requests/sec")).fault

    assert fault == "invalid: 7 socket errors"


def test_report_without_a_single_answer_has_a_fault():
    report = parse(REPORT.replace("252.72", "0.00").replace("58.79ms", "-nan"))

    assert report.p50 is None
    assert report.fault == "invalid: no answer in time"


def test_other_text_is_no_report():
    with pytest.raises(ValueError, match="no report of wrk"):
        parse("unable to connect to 127.0.0.1:7004 Connection refused")
