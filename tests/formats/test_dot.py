"""The graph for Graphviz: what stands in it, and that Graphviz draws it."""

import re
import subprocess
from xml.etree import ElementTree

import pytest
from hypothesis import given

from netinv.formats import Report
from tests.formats.reports import household, reports
from tests.formats.written import PAYLOADS, attackers, attacking, program, written

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


@given(reports | attacking)
def test_whatever_devices_say_it_is_in_quotes_and_all_else_is_ours(report: Report) -> None:
    text = written("dot", report)
    bare = _STRING.sub("", text)
    assert '"' not in bare
    words = set(re.findall(r"[A-Za-z_]+", re.sub(r"\b(n|cluster_n)\d+\b", "", bare)))
    assert words <= {
        "graph", "netinv", "rankdir", "LR", "fontname", "nodesep", "ranksep", "node", "shape", "box", "style", "rounded",
        "fontsize", "margin", "edge", "color", "internet", "label", "ellipse", "solid", "dashed", "point", "subgraph",
    }  # fmt: skip
    assert bare.count("{") == bare.count("}")


@pytest.mark.parametrize("report", [household(), attackers(), Report(())], ids=["household", "attackers", "nobody"])
def test_graphviz_draws_it(report: Report) -> None:
    dot = program("dot")
    done = subprocess.run([dot, "-Tsvg"], input=written("dot", report), capture_output=True, text=True, check=True, timeout=60)
    assert not done.stderr
    drawn = ["".join(node.itertext()) for node in ElementTree.fromstring(done.stdout).iter("{http://www.w3.org/2000/svg}text")]
    for device in report.devices:
        assert device.ip in drawn
        assert str(device.mac) in drawn


def test_a_name_is_drawn_as_it_was_said() -> None:
    names = [name for name in PAYLOADS if name.isascii() and len(name) < 80 and "  " not in name]
    done = subprocess.run(
        [program("dot"), "-Tsvg"], input=written("dot", attackers(names)), capture_output=True, text=True, check=True
    )
    drawn = {"".join(node.itertext()) for node in ElementTree.fromstring(done.stdout).iter("{http://www.w3.org/2000/svg}text")}
    missing = [name for name in names if name not in {text.replace("\xa0", " ").strip() for text in drawn}]
    assert not missing
