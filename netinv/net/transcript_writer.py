"""Writing transcripts, so that what is there counts wherever a scan ends, and nobody but the user can read it."""

import errno
import io
import json
import os
import stat
import zlib
from os import PathLike
from pathlib import Path

from netinv.errors import TranscriptError
from netinv.net.plain import plain
from netinv.net.transcript import LARGEST, LONGEST, SCHEMA, Line, Transcript
from netinv.net.transcript_reader import read
from netinv.privileges import as_caller


def write_transcript(transcript: Transcript, writer: "Writer") -> None:
    """Write a transcript that has been read, or made of one."""
    writer.write({"schema": SCHEMA, **plain(transcript.header)})
    for line in transcript.lines:
        writer.write(line)


class Writer:
    """Writes a transcript line by line, so that what is there counts if the scan is killed; packed if the name ends in `.gz`.

    The file is opened with the first line, as the user who called sudo, and for that user's eyes only. Without a path, it is
    kept in memory, for `kept`.
    """

    def __init__(self, path: str | PathLike[str] | None = None) -> None:
        self.is_full = False
        """Something is missing: more came than a transcript holds, or the disk does."""
        self.problem: TranscriptError | None = None
        self._path = Path(path or "a transcript")
        self._file: io.FileIO | io.BytesIO | None = None if path else io.BytesIO()
        # 31: with a gzip header (zlib.h, deflateInit2)
        self._packer = zlib.compressobj(wbits=31) if self._path.name.endswith(".gz") else None
        self._left = LARGEST

    def write(self, line: Line) -> None:
        """Keep a line, unless there is no more room; the last lines, which tell how it ended, find some.

        TranscriptError where the file cannot be opened; what goes wrong later is a `problem`.
        """
        if self.problem:
            return
        if self.is_full and "over" in line:
            line = {**line, "over": {**line["over"], "is_partial": True}}
        text = json.dumps(line, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode() + b"\n"
        if len(text) > LONGEST or (len(text) > self._left and not {"over", "is"} & line.keys()):
            self.is_full = True
            return
        self._left -= len(text)
        self._put(self._packer.compress(text) + self._packer.flush(zlib.Z_SYNC_FLUSH) if self._packer else text)

    def open(self) -> None:
        """Open the file now; TranscriptError where that fails."""
        self._file = self._file or self._open()

    def kept(self) -> Transcript | None:
        """What has been kept in memory; None if that is nothing."""
        told = self._file.getvalue() if isinstance(self._file, io.BytesIO) else b""
        return read(io.BytesIO(told), "the recording") if told else None

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file:
            if self._packer and not self.problem:
                self._put(self._packer.flush())
            self._file.close()

    def _put(self, packed: bytes) -> None:
        file = self._file = self._file or self._open()
        try:
            while packed:
                packed = packed[file.write(packed) :]
        except OSError as error:
            self.problem = self._refusal(error)

    def _open(self) -> io.FileIO:
        try:
            with as_caller():
                # Not blocking, lest a pipe that nobody reads holds us up.
                descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
            file = io.FileIO(descriptor, "w")
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                file.close()
                raise OSError(errno.EINVAL, "it is no ordinary file")
            os.fchmod(descriptor, 0o600)
            os.ftruncate(descriptor, 0)
        except OSError as error:
            raise self._refusal(error) from error
        return file

    def _refusal(self, error: OSError) -> TranscriptError:
        hint = "the recording ends there" if self._file else "choose a place you may write to; its directory must exist"
        return TranscriptError(f"cannot write {os.fspath(self._path)!r}: {error.strerror or error}", hint=hint)
