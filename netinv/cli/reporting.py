"""The options that say how a report of devices is written: a command gets them as one `Output`, its keyword `out`."""

from typing import TYPE_CHECKING, Annotated

from netinv.cli import options
from netinv.cli.configured import configured
from netinv.cli.standing import standing_for

if TYPE_CHECKING:
    from netinv.cli.output import Output


def _output(
    *,
    format_name: Annotated[str | None, configured("output.format")] = None,
    as_json: options.AsJson = False,
    as_jsonl: options.AsJsonl = False,
    as_csv: options.AsCsv = False,
    output: options.Output = None,
    why: Annotated[bool, configured("output.why")] = False,
) -> "Output":
    from netinv.cli.output import Output

    return Output.choose(format_name, as_json=as_json, as_jsonl=as_jsonl, as_csv=as_csv, path=output, why=why)


reporting = standing_for("out", _output)
"""A command whose keyword `out` is an `Output`; options that contradict each other are a UsageError before it begins."""
