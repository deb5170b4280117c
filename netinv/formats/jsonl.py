"""JSON lines: one device a line, each written as soon as it is known; a line is what JSON has in `devices`."""

from typing import TextIO

from netinv.formats.base import Format, Report, Style, in_order
from netinv.formats.json import device_object, encode


def write(report: Report, stream: TextIO, style: Style) -> None:
    """One line for each device; what is said of the scan itself is left out."""
    for device in in_order(report.devices):
        stream.write(encode(device_object(device)) + "\n")


FORMAT = Format("jsonl", suffix=".jsonl", summary="one device a line, while the scan runs", write=write, streams=True)
