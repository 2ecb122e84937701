"""Every error of ours. The branch of the tree is the policy: who has to do what now.

PactwatchError
├── UserError           a mistake in what the user wrote: one line, exit code 2
│   ├── SettingsError, WorkspaceError, SourceFileError, RuleFileError, KnowledgeFileError, SearchFileError,
│   │   QueryError, NotFoundError
│   ├── StaleFormError, TooLargeError
├── RetryLater          surely refused or failed for now: the same thing may be tried again
│   ├── DatabaseBusyError, DatabaseFullError, DatabaseAwayError, ClaimLostError
├── UnclearDelivery     nobody knows whether the message arrived: look it up before it is sent again
├── NoHistoryError      it cannot be looked up either: say so, and do not guess
├── SkipDocument        this page, feed or entry can never work: go on with the next
├── DisableRoute        this channel refuses for good until somebody mends it: keep its backlog
└── StopWork            going on would do harm: stop the process
    ├── DatabaseNewerError, DatabaseCorruptError
"""

from __future__ import annotations


class PactwatchError(Exception):
    """Something went wrong."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class UserError(PactwatchError):
    """The request cannot be carried out as it is written; correct it and try again."""


class FileError(UserError):
    """A file of the workspace is wrong.

    `place` is the file, with the line where it is known; the message names the value and what is allowed.
    """

    def __init__(self, message: str, *, file: str = "", line: int | None = None) -> None:
        self.file, self.line, self.problem = file, line, message
        place = f"{file}:{line}" if file and line else file
        super().__init__(f"{place}: {message}" if place else message)


class SettingsError(FileError):
    """A setting is unknown or has a value that is not allowed; see `pactwatch config show`."""


class WorkspaceError(UserError):
    """There is no workspace here; make one with `pactwatch init DIR` or name one with --home."""


class SourceFileError(FileError):
    """A source file is wrong; see `pactwatch sources check`."""


class RuleFileError(FileError):
    """A rule file is wrong; see `pactwatch rules check`."""


class KnowledgeFileError(FileError):
    """A knowledge file is wrong."""


class SearchFileError(FileError):
    """The file of saved searches is wrong."""


class QueryError(UserError):
    """The query cannot be read; `column` (from 1) is where."""

    def __init__(self, message: str, *, column: int | None = None) -> None:
        self.problem, self.column = message, column
        super().__init__(f"column {column}: {message}" if column else message)


class NotFoundError(UserError):
    """Nothing in the workspace or the archive has this name."""


class StaleFormError(UserError):
    """The form does not come from a page that this server gave you; load the page anew and try again."""


class TooLargeError(UserError):
    """The request is larger than anything that is asked for here; send less."""


class RetryLater(PactwatchError):  # noqa: N818 - the name is the policy
    """This failed for now and may be tried again; `after` is the number of seconds to wait, if it is known."""

    def __init__(self, message: str | None = None, *, after: float | None = None) -> None:
        self.after = after
        super().__init__(message)


class DatabaseBusyError(RetryLater):
    """Another process holds the database for longer than we wait; try again when it is done."""


class DatabaseFullError(RetryLater):
    """The database cannot be written: its disk is full or fails; make room, nothing stored is lost."""


class DatabaseAwayError(RetryLater):
    """The database server cannot be reached, or ended the connection; the work goes on when it is back."""


class ClaimLostError(RetryLater):
    """This process was held up for so long that another one does its work now; it begins anew."""


class UnclearDelivery(PactwatchError):  # noqa: N818 - the name is the policy
    """The message may or may not have arrived; `after` is the number of seconds until a look-up can tell."""

    def __init__(self, message: str | None = None, *, after: float = 3.0) -> None:
        self.after = after
        super().__init__(message)


class NoHistoryError(PactwatchError):
    """The channel's history cannot be read, so nobody can tell whether the message arrived."""


class SkipDocument(PactwatchError):  # noqa: N818 - the name is the policy
    """This document can never be used; `outcome` is its named outcome in the ledger."""

    def __init__(self, message: str | None = None, *, outcome: str = "skipped") -> None:
        self.outcome = outcome
        super().__init__(message)


class DisableRoute(PactwatchError):  # noqa: N818 - the name is the policy
    """The channel refuses messages until somebody mends its settings; its messages are kept."""


class StopWork(PactwatchError):  # noqa: N818 - the name is the policy
    """Going on would do harm, so the work stops here."""


class DatabaseNewerError(StopWork):
    """The database was written by a newer Pactwatch; install that version or restore a backup."""


class DatabaseCorruptError(StopWork):
    """The database file is damaged; restore the last backup (`pactwatch db backup` makes them)."""
