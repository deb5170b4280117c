"""`--record FILE`: what passes the door, kept as a transcript."""

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from netinv.net.transcript import Line


class Recording:
    """A transcript being written.

    An anonymous one is written when all has been heard: only then is it known what has to be masked, and until then nothing of it
    may be in a file.
    """

    def __init__(self, path: str, *, anonymise: bool) -> None:
        from netinv.net.transcript_writer import Writer

        self._file = Writer(path)
        self._kept = Writer() if anonymise else self._file
        self._is_first = True

    @classmethod
    def choose(cls, path: str | None, *, anonymise: bool) -> Self | None:
        """From the options; None where nothing is to be recorded, UsageError where they make no sense."""
        from netinv.errors import UsageError

        if anonymise and not path:
            raise UsageError("--anonymise is for what --record keeps", hint="add --record FILE")
        return cls(path, anonymise=anonymise) if path else None

    def write(self, line: "Line") -> None:
        """Keep a line. TranscriptError, when the first comes, where the file cannot be opened or the scan not be masked."""
        self._kept.write(line)
        if self._is_first and self._kept is not self._file and (begun := self._kept.kept()):
            from netinv.masking import check

            check(begun.header)
        self._is_first = False
        self._file.open()

    def close(self) -> str | None:
        """Write what is left, and close the file; a note if more came than it holds, TranscriptError if the disk is full."""
        if self._kept is not self._file and (transcript := self._kept.kept()):
            from netinv.masking import anonymised
            from netinv.net.transcript_writer import write_transcript

            write_transcript(anonymised(transcript), self._file)
        self._file.close()
        if self._file.problem:
            raise self._file.problem
        return "the recording ends before the scan did: more came than it may hold" if self._kept.is_full else None
